//! Vocabularies and options: what is legal, and which error the rest is.

use jacolbert_core::SettingsError;
use jacolbert_testing::small_dictionary::folder;
use jacolbert_tokenizer::{
    Dictionary, Error, JapaneseTokenizer, JapaneseTokenizerOptions, Subword, Vocabulary,
};

use crate::small_dictionary::tokenizer;

fn options(json: &str) -> Result<JapaneseTokenizerOptions, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokenizer_config.json");
    std::fs::write(&path, json).expect("the options");
    JapaneseTokenizerOptions::open(&path)
}

/// What opening the small tokenizer says after `change` was made to its vocabulary.
fn error_after(change: impl FnOnce(&str) -> String) -> Error {
    let folder = folder();
    let path = folder.path().join("vocab.txt");
    let lines = std::fs::read_to_string(&path).expect("the vocabulary");
    std::fs::write(&path, change(&lines)).expect("the changed vocabulary");
    let open = || {
        let dictionary = Dictionary::open(folder.path())?;
        JapaneseTokenizer::new(dictionary, Vocabulary::open(&path)?, Default::default())
    };
    open().expect_err("a spoilt vocabulary")
}

#[test]
fn a_missing_special_token_is_named() {
    for name in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] {
        let error = error_after(|lines| lines.replace(name, "x"));
        assert!(
            matches!(&error, Error::MissingToken { path, token }
                if path.ends_with("vocab.txt") && token == name),
            "{error:?}"
        );
    }
}

#[test]
fn a_token_on_two_lines_is_named_with_both() {
    let error = error_after(|lines| format!("{lines}[CLS]\n"));
    assert!(
        matches!(&error, Error::DuplicateToken { path, token, lines: [3, 196] }
            if path.ends_with("vocab.txt") && token == "[CLS]"),
        "{error:?}"
    );
}

#[test]
fn a_vocabulary_that_is_not_utf8_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vocab.txt");
    std::fs::write(&path, b"\xff\xfe").expect("a file");
    let error = Vocabulary::open(&path).expect_err("not UTF-8");
    assert!(matches!(error, Error::WrongFile { path: found, .. } if found == path));
    let error = Vocabulary::open(&folder.path().join("absent")).expect_err("no file");
    assert!(matches!(error, Error::Io { .. }));
}

#[test]
fn the_options_of_the_family_are_the_default() {
    let json = r#"{"tokenizer_class": "BertJapaneseTokenizer", "model_max_length": 512,
        "do_lower_case": false,
        "word_tokenizer_type": "mecab", "subword_tokenizer_type": "wordpiece",
        "mecab_kwargs": {"mecab_dic": "unidic_lite"}}"#;
    assert_eq!(options(json).expect("options"), JapaneseTokenizerOptions::default());
}

#[test]
fn options_that_matter_are_read() {
    let json = r#"{"word_tokenizer_type": "mecab", "do_lower_case": true, "never_split": null,
        "subword_tokenizer_type": "character",
        "mecab_kwargs": {"normalize_text": false, "mecab_option": ""},
        "mask_token": {"content": "<mask>", "lstrip": false}, "unk_token": "<unk>",
        "added_tokens_decoder": {"7": {"content": "<q>", "lstrip": false, "rstrip": false,
                                       "single_word": false}}}"#;
    let expected = JapaneseTokenizerOptions {
        subword: Subword::Character,
        normalize: false,
        lower_case: true,
        mask: "<mask>".to_owned(),
        unknown: "<unk>".to_owned(),
        added: vec![("<q>".to_owned(), 7)],
        ..Default::default()
    };
    assert_eq!(options(json).expect("options"), expected);
}

#[test]
fn options_survive_serde_and_missing_fields_have_their_defaults() {
    let options = JapaneseTokenizerOptions {
        subword: Subword::Character,
        added: vec![("<q>".to_owned(), 7)],
        ..Default::default()
    };
    let json = serde_json::to_string(&options).expect("JSON");
    let read: JapaneseTokenizerOptions = serde_json::from_str(&json).expect("the options");
    assert_eq!(read, options);
    let few: JapaneseTokenizerOptions =
        serde_json::from_str(r#"{"lower_case": true}"#).expect("an option");
    assert_eq!(few, JapaneseTokenizerOptions { lower_case: true, ..Default::default() });
}

#[test]
fn options_that_are_not_supported_are_named() {
    let check = |option: &str, entry: &str| {
        let mecab = r#"{"word_tokenizer_type": "mecab", "#;
        let error = options(&format!("{mecab}{entry}}}")).expect_err(entry);
        assert!(
            matches!(&error, Error::Settings(SettingsError::Value { key, .. }) if *key == option),
            "{error:?}"
        );
    };
    check("tokenizer_class", r#""tokenizer_class": "BertTokenizer""#);
    check("word_tokenizer_type", r#""word_tokenizer_type": "sudachi""#);
    check("subword_tokenizer_type", r#""subword_tokenizer_type": "sentencepiece""#);
    check("subword_tokenizer_type", r#""subword_tokenizer_type": 3"#);
    check("do_word_tokenize", r#""do_word_tokenize": false"#);
    check("do_subword_tokenize", r#""do_subword_tokenize": false"#);
    check("do_lower_case", r#""do_lower_case": "yes""#);
    check("never_split", r#""never_split": ["a"]"#);
    check("mecab_kwargs", r#""mecab_kwargs": "unidic""#);
    check("mecab_option", r#""mecab_kwargs": {"mecab_option": "-d x"}"#);
    check("normalize_text", r#""mecab_kwargs": {"normalize_text": 1}"#);
    check("mask_token", r#""mask_token": {"content": "[MASK]", "lstrip": true}"#);
    check("added_tokens_decoder", r#""added_tokens_decoder": []"#);
    check("added_tokens_decoder", r#""added_tokens_decoder": {"x": {"content": "a"}}"#);
    let error = options("{}").expect_err("words are split by rules by default");
    assert!(matches!(
        error,
        Error::Settings(SettingsError::MissingKey { key: "word_tokenizer_type", .. })
    ));
    assert!(matches!(options("[]"), Err(Error::Settings(SettingsError::Json { .. }))));
    assert!(matches!(options("{"), Err(Error::Settings(SettingsError::Json { .. }))));
}

#[test]
fn added_tokens_are_cut_out_with_their_ids() {
    let folder = folder();
    let added = vec![("<q>".to_owned(), 7000), ("日本".to_owned(), 7001)];
    let options = JapaneseTokenizerOptions { added, ..Default::default() };
    let tokenizer = tokenizer(folder.path(), options);
    let token = |token| tokenizer.vocabulary().id(token).expect("a token");
    let language = token("語");
    let mask = tokenizer.special_tokens().mask;
    assert_eq!(tokenizer.encode("<q>日本語[MASK]").expect("ids"), [7000, 7001, language, mask]);
}
