//! `tokenizer.json`: what is read, and which error the rest is.

use jacolbert_core::SettingsError;
use jacolbert_testing::data::mini;
use jacolbert_tokenizer::{Error, JsonTokenizer, TextTokenizer};
use serde_json::{Value, json};

use crate::TestResult;

/// A tokenizer of a few words, with a BERT's special tokens.
fn small() -> Value {
    let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "東", "京", "##京", "a", "##b"];
    let vocabulary = tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id)));
    let special: Value =
        tokens[..5].iter().enumerate().map(|(id, token)| special(id, token)).collect();
    json!({
        "version": "1.0",
        "truncation": { "direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0 },
        "padding": {
            "strategy": { "Fixed": 9 }, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
        },
        "added_tokens": special,
        "normalizer": { "type": "NFKC" },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary.collect::<serde_json::Map<_, _>>(),
        },
    })
}

fn special(id: usize, token: &str) -> Value {
    json!({
        "id": id, "content": token, "special": true, "normalized": false,
        "single_word": false, "lstrip": false, "rstrip": false,
    })
}

fn open(text: &str) -> Result<JsonTokenizer, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tokenizer.json"), text).expect("the file");
    JsonTokenizer::from_dir(folder.path())
}

/// The tokenizer after `change`.
fn changed(change: impl FnOnce(&mut Value)) -> Result<JsonTokenizer, Error> {
    let mut tokenizer = small();
    change(&mut tokenizer);
    open(&tokenizer.to_string())
}

fn is_file_error(error: &Error) -> bool {
    matches!(error, Error::TokenizerFile { path, .. } if path.ends_with("tokenizer.json"))
}

#[test]
fn ids_are_those_of_the_whole_text_and_of_nothing_else() -> TestResult {
    let tokenizer = changed(|_| ())?;
    assert_eq!(tokenizer.encode("東京 a")?, [5, 7, 8]);
    assert_eq!(tokenizer.encode("ａｂ 木[SEP]")?, [8, 9, 1, 3]);
    assert!(tokenizer.encode("")?.is_empty());
    assert_eq!((tokenizer.id("[MASK]"), tokenizer.id("木")), (Some(4), None));
    assert_eq!(tokenizer.largest_id(), 9);
    assert_eq!((tokenizer.token(7), tokenizer.token(10)), (Some("##京".to_owned()), None));
    Ok(())
}

#[test]
fn special_tokens_and_frame_are_read() -> TestResult {
    let tokenizer = changed(|_| ())?;
    let special = tokenizer.special_tokens()?;
    assert_eq!((special.pad, special.unknown, special.mask), (0, 1, 4));
    let frame = tokenizer.frame()?;
    assert_eq!((frame.class, frame.separator), (special.class, special.separator));
    let without = changed(|tokenizer| tokenizer["post_processor"] = Value::Null)?;
    assert!(matches!(without.frame(), Err(Error::Frame { .. })));
    Ok(())
}

#[test]
fn a_missing_special_token_is_named() -> TestResult {
    for name in ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]"] {
        let tokenizer = changed(|tokenizer| {
            tokenizer["added_tokens"] = json!([]);
            let vocabulary = tokenizer["model"]["vocab"].as_object_mut();
            vocabulary.and_then(|tokens| tokens.remove(name));
        })?;
        let error = tokenizer.special_tokens().expect_err(name);
        assert!(matches!(error, Error::MissingToken { token, .. } if token == name));
    }
    Ok(())
}

#[test]
fn special_tokens_go_by_the_roles_in_the_settings() -> TestResult {
    let folder = tempfile::tempdir()?;
    let write =
        |name: &str, value: &Value| std::fs::write(folder.path().join(name), value.to_string());
    write("tokenizer.json", &small())?;
    write(
        "special_tokens_map.json",
        &json!({ "cls_token": "a", "sep_token": { "content": "東" } }),
    )?;
    write(
        "tokenizer_config.json",
        &json!({ "cls_token": "京", "pad_token": "", "mask_token": null }),
    )?;
    let special = JsonTokenizer::from_dir(folder.path())?.special_tokens()?;
    assert_eq!([special.class, special.separator, special.pad, special.mask], [6, 5, 0, 4]);
    write("special_tokens_map.json", &json!({ "unk_token": 3 }))?;
    let error = JsonTokenizer::from_dir(folder.path()).expect_err("no token");
    let is_named = |error: &SettingsError| {
        matches!(error, SettingsError::Value { path, key: "unk_token", .. }
        if path.ends_with("special_tokens_map.json"))
    };
    assert!(matches!(&error, Error::Settings(error) if is_named(error)), "{error:?}");
    Ok(())
}

#[test]
fn the_demonstration_model_has_a_tokenizer() -> TestResult {
    let tokenizer = JsonTokenizer::from_dir(&mini())?;
    let ids = tokenizer.encode("富士山は日本で一番高い山です。")?;
    let unknown = tokenizer.special_tokens()?.unknown;
    assert!(!ids.is_empty() && !ids.contains(&unknown));
    Ok(())
}

#[test]
fn a_file_that_is_no_tokenizer_is_named() {
    for text in [" ", "{}", "[]", "{\"model\": 1}"] {
        let error = open(text).expect_err(text);
        assert!(is_file_error(&error), "{error:?}");
    }
}

#[test]
fn a_mistake_in_the_json_of_any_part_is_an_error() {
    let whole = small().to_string();
    for part in ["decoder", "normalizer", "pre_tokenizer", "post_processor", "model"] {
        let key = format!("\"{part}\":");
        assert!(whole.contains(&key));
        for mistake in ["", "nul", "{", "{\"type\":}", "1e999"] {
            let error = open(&whole.replace(&key, &format!("{key}{mistake}:"))).expect_err(part);
            assert!(is_file_error(&error), "{error:?}");
        }
    }
}

#[test]
fn a_damaged_compiled_normalizer_is_an_error() {
    let compiled = json!({ "type": "Precompiled", "precompiled_charsmap": "AAAA" });
    let without = json!({ "type": "Precompiled" });
    let nested = json!({ "type": "Sequence", "normalizers": [{ "type": "NFKC" }, compiled] });
    for normalizer in [without, compiled, nested] {
        let error = changed(|tokenizer| tokenizer["normalizer"] = normalizer);
        assert!(error.is_err_and(|error| is_file_error(&error)));
    }
}

#[test]
fn a_key_that_stands_twice_is_checked_twice() {
    let normalizer = "{\"normalizer\":{\"type\":\"Precompiled\"},";
    let error = open(&small().to_string().replacen('{', normalizer, 1));
    assert!(error.is_err_and(|error| is_file_error(&error)));
}

#[test]
fn an_unknown_word_without_a_token_for_it_is_an_error_of_the_text() -> TestResult {
    let tokenizer = changed(|tokenizer| tokenizer["model"]["unk_token"] = json!("[nothing]"))?;
    assert_eq!(tokenizer.encode("a")?, [8]);
    assert!(matches!(tokenizer.encode("木"), Err(Error::Encode { .. })));
    Ok(())
}

#[test]
fn a_text_tokenizer_answers_as_the_json_tokenizer_within() -> TestResult {
    let tokenizer = TextTokenizer::from_dir(&mini(), None)?;
    let itself = JsonTokenizer::from_dir(&mini())?;
    let text = "日本で一番高い山は？";
    assert_eq!(tokenizer.encode(text)?, itself.encode(text)?);
    assert_eq!(tokenizer.special_tokens()?, itself.special_tokens()?);
    assert_eq!(tokenizer.largest_id(), itself.largest_id());
    assert!(tokenizer.as_japanese().is_none());
    Ok(())
}
