//! `TextTokenizer`: which tokenizer a folder has.

use std::path::Path;

use jacolbert_core::SettingsError;
#[cfg(feature = "json")]
use jacolbert_testing::data::mini;
use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::{DictionaryFault, Error, JapaneseTokenizer, TextTokenizer};
use tempfile::TempDir;

use crate::TestResult;

const SETTINGS: &str = r#"{
    "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
    "mecab_kwargs": {"mecab_dic": "unidic_lite"},
    "added_tokens_decoder": {"7000": {"content": "[Q] ", "special": false}}
}"#;

/// A folder with the small dictionary, its vocabulary and settings.
fn japanese() -> std::io::Result<TempDir> {
    let folder = small_dictionary::folder();
    std::fs::write(folder.path().join("tokenizer_config.json"), SETTINGS)?;
    Ok(folder)
}

fn open(folder: &Path) -> Result<TextTokenizer, Error> {
    TextTokenizer::from_dir(folder, Some(folder))
}

#[test]
fn a_japanese_tokenizer_answers_as_itself() -> TestResult {
    let folder = japanese()?;
    let tokenizer = open(folder.path())?;
    let itself = JapaneseTokenizer::from_dir(folder.path(), folder.path())?;
    let text = "東京都の大学生[SEP]";
    assert_eq!(tokenizer.encode(text)?, itself.encode(text)?);
    assert_eq!(tokenizer.special_tokens()?, itself.special_tokens());
    assert_eq!(tokenizer.frame()?.class, itself.special_tokens().class);
    assert_eq!(tokenizer.id("[Q] "), Some(7000));
    assert_eq!(tokenizer.largest_id(), 7000);
    assert_eq!(tokenizer.vocab_size(), itself.vocabulary().num_tokens() + 1);
    assert!(tokenizer.as_japanese().is_some());
    assert_eq!(tokenizer.pieces("[Q] 日本語")?, ["[Q] ", "日", "本語"]);
    for (id, token) in tokenizer.tokens() {
        assert_eq!(tokenizer.token(id), Some(token));
    }
    assert_eq!(tokenizer.token(6999), None);
    Ok(())
}

#[test]
fn without_a_dictionary_the_error_says_where_to_get_it() -> TestResult {
    let folder = japanese()?;
    let error = TextTokenizer::from_dir(folder.path(), None).expect_err("no dictionary");
    let message = error.to_string();
    assert!(matches!(&error, Error::NeedsDictionary { path, name }
        if path.ends_with("tokenizer_config.json") && name == "unidic_lite"));
    assert!(message.contains("`pip install unidic-lite`"), "{message}");
    assert!(message.contains("`unidic_lite/dicdir`"), "{message}");
    Ok(())
}

#[test]
fn a_folder_without_a_dictionary_is_named() -> TestResult {
    let folder = japanese()?;
    let empty = tempfile::tempdir()?;
    let error = TextTokenizer::from_dir(folder.path(), Some(empty.path())).expect_err("empty");
    let missing = vec!["sys.dic", "unk.dic", "matrix.bin", "char.bin"];
    assert!(matches!(&error, Error::Dictionary { path, fault }
        if path == empty.path() && *fault == DictionaryFault::NotADictionary { missing }));
    Ok(())
}

#[test]
#[cfg(feature = "json")]
fn a_dictionary_that_is_not_needed_must_exist() -> TestResult {
    TextTokenizer::from_dir(&mini(), Some(&mini()))?;
    let missing = mini().join("no such dictionary");
    let error = TextTokenizer::from_dir(&mini(), Some(&missing)).expect_err("a mistyped path");
    assert!(matches!(&error, Error::Io { path, source }
        if *path == missing && source.kind() == std::io::ErrorKind::NotFound));
    Ok(())
}

#[test]
#[cfg(feature = "json")]
fn the_class_of_the_tokenizer_decides_between_the_files() -> TestResult {
    let folder = japanese()?;
    let file = |name: &str| folder.path().join(name);
    let is_japanese = || Ok::<_, Error>(open(folder.path())?.as_japanese().is_some());
    std::fs::copy(mini().join("tokenizer.json"), file("tokenizer.json"))?;
    assert!(is_japanese()?);
    // Older checkpoints name the class in `config.json` only.
    std::fs::write(file("tokenizer_config.json"), r#"{"word_tokenizer_type": "mecab"}"#)?;
    assert!(is_japanese()?);
    // Somebody converted the lines to a `tokenizer.json`.
    std::fs::rename(file("vocab.txt"), file("lines.txt"))?;
    assert!(!is_japanese()?);
    std::fs::rename(file("lines.txt"), file("vocab.txt"))?;
    for settings in [r#"{"tokenizer_class": "BertTokenizer"}"#, "{}"] {
        std::fs::write(file("tokenizer_config.json"), settings)?;
        assert!(!is_japanese()?, "{settings}");
    }
    std::fs::remove_file(file("tokenizer_config.json"))?;
    assert!(!is_japanese()?);
    Ok(())
}

#[test]
fn broken_files_are_named() -> TestResult {
    let folder = japanese()?;
    std::fs::write(folder.path().join("tokenizer_config.json"), "{")?;
    let error = open(folder.path()).expect_err("broken settings");
    assert!(matches!(error, Error::Settings(SettingsError::Json { path, .. })
        if path.ends_with("tokenizer_config.json")));
    std::fs::write(folder.path().join("tokenizer_config.json"), SETTINGS)?;
    std::fs::remove_file(folder.path().join("vocab.txt"))?;
    let error = open(folder.path()).expect_err("no vocabulary");
    assert!(matches!(error, Error::Io { path, .. } if path.ends_with("vocab.txt")));
    Ok(())
}

#[test]
fn a_saved_tokenizer_has_the_same_files() -> TestResult {
    let folder = japanese()?;
    let copy = tempfile::tempdir()?;
    open(folder.path())?.save(&copy.path().join("new"))?;
    for name in ["vocab.txt", "tokenizer_config.json"] {
        let saved = std::fs::read_to_string(copy.path().join("new").join(name))?;
        assert_eq!(saved, std::fs::read_to_string(folder.path().join(name))?, "{name}");
    }
    Ok(())
}

#[test]
fn a_required_token_that_is_missing_is_named() -> TestResult {
    let tokenizer = open(japanese()?.path())?;
    assert_eq!(tokenizer.required_id("[Q] ")?, 7000);
    let error = tokenizer.required_id("[D] ").expect_err("an unknown token");
    assert!(matches!(error, Error::MissingToken { path, token }
        if path.ends_with("vocab.txt") && token == "[D] "));
    Ok(())
}

#[test]
#[cfg(not(feature = "json"))]
fn without_the_feature_json_the_error_names_it() -> TestResult {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("tokenizer.json"), "{}")?;
    let error = open(folder.path()).expect_err("no feature");
    assert!(matches!(error, Error::JsonFeature { .. }));
    assert!(error.to_string().ends_with("needs the cargo feature `json`"));
    Ok(())
}
