//! Checkpoints whose text is read by a `vocab.txt` and a MeCab dictionary.

use std::path::Path;

use jacolbert_core::SettingsError;
use jacolbert_model::{BertConfig, ColbertConfig, Device, Encoder, Error, LoadOptions, Tokenizer};
use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::{DictionaryFault, Error as TokenizerError, TextTokenizer};
use serde_json::json;
use tempfile::TempDir;

use crate::TestResult;
use crate::tiny::{Tiny, VOCABULARY};

const SETTINGS: &str = r#"{
    "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
    "mecab_kwargs": {"mecab_dic": "unidic_lite"},
    "added_tokens_decoder": {"14": {"content": "[Q] ", "special": false}}
}"#;

/// The tiny checkpoint with the vocabulary as lines instead of a `tokenizer.json`.
fn folder() -> std::io::Result<TempDir> {
    let folder = Tiny::new().write()?;
    std::fs::remove_file(folder.path().join("tokenizer.json"))?;
    std::fs::write(folder.path().join("vocab.txt"), VOCABULARY.join("\n") + "\n")?;
    std::fs::write(folder.path().join("tokenizer_config.json"), SETTINGS)?;
    Ok(folder)
}

fn options(dictionary: &Path) -> LoadOptions {
    LoadOptions { dictionary: Some(dictionary.into()), ..Default::default() }
}

fn load(folder: &Path) -> Result<Encoder, Error> {
    let dictionary = small_dictionary::folder();
    Encoder::from_dir(folder, &options(dictionary.path()), &Device::cpu())
}

/// The tokenizer of `folder` after `change` was made to its settings.
fn tokenizer(folder: &Path, change: impl FnOnce(&mut ColbertConfig)) -> Result<Tokenizer, Error> {
    let dictionary = small_dictionary::folder();
    let mut config = ColbertConfig::from_dir(folder)?;
    change(&mut config);
    let bert = BertConfig::from_dir(folder)?;
    Tokenizer::new(TextTokenizer::from_dir(folder, Some(dictionary.path()))?, &bert, &config)
}

#[test]
fn words_come_from_the_dictionary_and_pieces_from_the_lines() -> TestResult {
    let folder = folder()?;
    let tokenizer = tokenizer(folder.path(), |_| ())?;
    // 東京 is one word of two pieces, a and ab are words of one and two.
    let passage = tokenizer.encode_passage("東京 a-ab！")?;
    assert_eq!(passage.ids, [2, 6, 7, 9, 10, 13, 10, 11, 12, 3]);
    assert_eq!(passage.keep, [true, true, true, true, true, false, true, true, false, true]);
    let query = tokenizer.encode_query("[SEP]木")?;
    assert_eq!(query.ids, [2, 5, 3, 1, 3, 4, 4, 4]);
    assert_eq!(query.attention, [true, true, true, true, true, false, false, false]);
    assert_eq!(tokenizer.skiplist(), [1, 12, 13]);
    assert_eq!(tokenizer.num_tokens("東京")?, 2);
    Ok(())
}

#[test]
fn an_encoder_is_loaded_with_the_dictionary_given() -> TestResult {
    let folder = folder()?;
    let encoded = load(folder.path())?.encode_passages(&["東京 a-ab！"])?.embeddings;
    assert_eq!(encoded[0].num_tokens(), 8);
    Ok(())
}

#[test]
fn without_a_dictionary_the_error_says_where_to_get_it() -> TestResult {
    let folder = folder()?;
    let error = Encoder::from_dir(folder.path(), &Default::default(), &Device::cpu())
        .expect_err("no dictionary");
    let message = error.to_string();
    assert!(
        matches!(&error, Error::Tokenizer(TokenizerError::NeedsDictionary { path, name })
            if path.ends_with("tokenizer_config.json") && name == "unidic_lite"),
        "{error:?}"
    );
    assert!(message.contains("`pip install unidic-lite`"), "{message}");
    assert!(message.contains("`unidic_lite/dicdir`"), "{message}");
    Ok(())
}

#[test]
fn a_dictionary_that_is_none_is_named() -> TestResult {
    let folder = folder()?;
    let error = Encoder::from_dir(folder.path(), &options(folder.path()), &Device::cpu());
    let fault = DictionaryFault::NotADictionary {
        missing: vec!["sys.dic", "unk.dic", "matrix.bin", "char.bin"],
    };
    let error = error.expect_err("a folder without a dictionary");
    assert!(
        matches!(&error, Error::Tokenizer(TokenizerError::Dictionary { path, fault: found })
            if path == folder.path() && *found == fault),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn broken_settings_of_the_tokenizer_are_named() -> TestResult {
    let folder = folder()?;
    std::fs::write(folder.path().join("tokenizer_config.json"), "{")?;
    let error = load(folder.path()).expect_err("broken settings");
    assert!(
        matches!(error, Error::Tokenizer(TokenizerError::Settings(SettingsError::Json { path, .. }))
        if path.ends_with("tokenizer_config.json"))
    );
    std::fs::remove_file(folder.path().join("vocab.txt"))?;
    std::fs::write(folder.path().join("tokenizer_config.json"), SETTINGS)?;
    let error = load(folder.path()).expect_err("no lines");
    assert!(matches!(error, Error::Tokenizer(TokenizerError::Io { path, .. })
        if path.ends_with("vocab.txt")));
    Ok(())
}

#[test]
fn markers_may_be_added_tokens() -> TestResult {
    let folder = folder()?;
    let marked = tokenizer(folder.path(), |config| config.query_token_id = "[Q] ".into())?;
    assert_eq!(marked.encode_query("a")?.ids[..4], [2, 14, 10, 3]);
    let error = tokenizer(folder.path(), |config| config.doc_token_id = "[D] ".into());
    let error = error.expect_err("an unknown marker");
    assert!(
        matches!(&error, Error::Tokenizer(TokenizerError::MissingToken { path, token })
            if path.ends_with("vocab.txt") && token == "[D] "),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn more_tokens_than_the_model_has_are_an_error() -> TestResult {
    let folder = folder()?;
    let path = folder.path().join("vocab.txt");
    std::fs::write(&path, VOCABULARY.join("\n") + "\nx\ny\nz\n")?;
    let error = load(folder.path()).expect_err("17 tokens");
    assert!(matches!(error, Error::Vocabulary { largest: 16, vocab_size: 16, .. }));
    std::fs::write(&path, VOCABULARY.join("\n"))?;
    let settings = SETTINGS.replace("\"14\"", "\"20\"");
    std::fs::write(folder.path().join("tokenizer_config.json"), settings)?;
    let error = load(folder.path()).expect_err("an added token");
    assert!(matches!(error, Error::Vocabulary { largest: 20, vocab_size: 16, .. }));
    Ok(())
}

#[test]
fn settings_given_go_before_those_of_the_folder() -> TestResult {
    let folder = Tiny::new().but(|tiny| tiny.metadata["doc_maxlen"] = json!(5)).write()?;
    let config = ColbertConfig { doc_maxlen: 9, ..ColbertConfig::from_dir(folder.path())? };
    let options = LoadOptions { config: Some(config), ..Default::default() };
    let encoder = Encoder::from_dir(folder.path(), &options, &Device::cpu())?;
    assert_eq!(encoder.max_passage_tokens(), 6);
    Ok(())
}
