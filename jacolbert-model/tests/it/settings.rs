//! How a checkpoint's folder says how text is read.

use jacolbert_model::{
    Activation, BertConfig, ColbertConfig, EncodeOptions, Error, LoadOptions, QueryLength,
    SelfCheckOptions, SentenceOptions, SentenceSettings, StreamOptions,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::TestResult;
use crate::tiny::Tiny;

/// Python's `string.punctuation`, one mark a word, as PyLate writes it.
fn marks() -> Vec<String> {
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".chars().map(String::from).collect()
}

/// The settings in PyLate's file with this content.
fn pylate(content: &Value) -> Result<ColbertConfig, Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("config_sentence_transformers.json");
    std::fs::write(path, content.to_string()).expect("the settings");
    assert_eq!(
        ColbertConfig::from_dir(folder.path()).ok(),
        ColbertConfig::from_pylate(folder.path()).ok()
    );
    ColbertConfig::from_pylate(folder.path())
}

/// What PyLate has where its file is silent.
fn pylate_default() -> ColbertConfig {
    ColbertConfig {
        query_length: QueryLength::Fixed(32),
        doc_maxlen: 180,
        query_token_id: "[Q] ".into(),
        doc_token_id: "[D] ".into(),
        ..Default::default()
    }
}

#[test]
fn silent_settings_are_pylates_own() -> TestResult {
    assert_eq!(pylate(&json!({}))?, pylate_default());
    assert_eq!(pylate(&json!({ "query_prefix": null, "skiplist_words": null }))?, pylate_default());
    Ok(())
}

#[test]
fn every_setting_of_pylate_is_read() -> TestResult {
    let settings = json!({
        "__version__": { "pytorch": "2.4.0" }, "prompts": {}, "default_prompt_name": null,
        "similarity_fn_name": "MaxSim", "query_prefix": "[unused0]", "document_prefix": "[unused1]",
        "query_length": 48, "document_length": 300, "attend_to_expansion_tokens": true,
        "skiplist_words": ["!", "。"], "do_query_expansion": false,
    });
    let expected = ColbertConfig {
        query_length: QueryLength::AtMost(48),
        doc_maxlen: 300,
        mask_punctuation: false,
        skiplist_words: vec!["!".into(), "。".into()],
        attend_to_mask_tokens: true,
        ..Default::default()
    };
    assert_eq!(pylate(&settings)?, expected);
    Ok(())
}

#[test]
fn a_skiplist_of_all_marks_is_that_of_punctuation() -> TestResult {
    let mut words = marks();
    assert_eq!(pylate(&json!({ "skiplist_words": words }))?, pylate_default());
    words.insert(3, "。".into());
    let expected = ColbertConfig { skiplist_words: vec!["。".into()], ..pylate_default() };
    assert_eq!(pylate(&json!({ "skiplist_words": words }))?, expected);
    let expected = ColbertConfig { mask_punctuation: false, ..pylate_default() };
    assert_eq!(pylate(&json!({ "skiplist_words": [] }))?, expected);
    Ok(())
}

#[test]
fn settings_of_pylate_that_cannot_be_followed_are_named() {
    let check = |name: &str, value: Value| {
        let error = pylate(&json!({ name: value })).expect_err(name);
        assert!(matches!(&error, Error::Setting { key, .. } if *key == name), "{error:?}");
    };
    check("query_length", json!(0));
    check("document_length", json!("long"));
    check("do_query_expansion", json!(1));
    check("attend_to_expansion_tokens", json!("no"));
    check("query_prefix", json!(""));
    check("document_prefix", json!(7));
    check("skiplist_words", json!("!"));
    check("skiplist_words", json!([1]));
    assert!(matches!(pylate(&json!([])), Err(Error::Json { .. })));
}

#[test]
fn artifact_metadata_goes_before_pylates_settings() -> TestResult {
    let folder = Tiny::new().write()?;
    let path = folder.path().join("config_sentence_transformers.json");
    std::fs::write(path, json!({ "query_length": 7 }).to_string())?;
    assert_eq!(ColbertConfig::from_dir(folder.path())?.query_length, QueryLength::Fixed(8));
    Ok(())
}

#[test]
fn a_rule_for_the_length_that_is_none_is_named() {
    let tiny = Tiny::new().but(|tiny| tiny.metadata["query_length_rule"] = json!("guess"));
    let error = tiny.load().expect_err("no such rule");
    assert!(matches!(error, Error::Setting { key: "query_length_rule", .. }));
}

#[test]
fn settings_survive_serde_and_missing_fields_have_their_defaults() -> TestResult {
    for query_length in [QueryLength::Fixed(9), QueryLength::AtMost(9), QueryLength::Dynamic] {
        let config = ColbertConfig { query_length, doc_maxlen: 7, ..Default::default() };
        let read: ColbertConfig = serde_json::from_str(&serde_json::to_string(&config)?)?;
        assert_eq!(read, config);
    }
    let few: ColbertConfig = serde_json::from_value(json!({ "query_length": { "at_most": 9 } }))?;
    let query_length = QueryLength::AtMost(9);
    assert_eq!(few, ColbertConfig { query_length, ..Default::default() });
    let bert: BertConfig = serde_json::from_value(json!({ "hidden_act": "gelu_tanh" }))?;
    assert_eq!(bert, BertConfig { hidden_act: Activation::GeluTanh, ..Default::default() });
    Ok(())
}

/// Checks that an options struct of the type `T` can be read without fields, but not with an unknown one.
fn refuses_unknown_fields<T: DeserializeOwned>() {
    assert!(serde_json::from_str::<T>("{}").is_ok());
    let Err(error) = serde_json::from_str::<T>(r#"{"misspelt":1}"#) else {
        panic!("{} reads any field", std::any::type_name::<T>());
    };
    assert!(error.to_string().contains("misspelt"), "{error}");
}

#[test]
fn options_refuse_unknown_fields() {
    refuses_unknown_fields::<ColbertConfig>();
    refuses_unknown_fields::<EncodeOptions>();
    refuses_unknown_fields::<LoadOptions>();
    refuses_unknown_fields::<SelfCheckOptions>();
    refuses_unknown_fields::<SentenceOptions>();
    refuses_unknown_fields::<SentenceSettings>();
    refuses_unknown_fields::<StreamOptions>();
}
