//! What the folder of a sentence encoder may say, and what is refused.

use std::fs;
use std::path::Path;

use jacolbert_model::{
    Device, Error, SentenceConfig, SentenceEncoder, SentenceOptions, SentencePooling,
    SentenceSettings,
};
use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::Error as TokenizerError;
use serde_json::{Value, json};

use super::{assembled, load};
use crate::TestResult;

/// Changes the JSON of `file` in the folder.
fn change(folder: &Path, file: &str, change: impl FnOnce(&mut Value)) -> TestResult {
    let path = folder.join(file);
    let mut json: Value =
        if path.is_file() { serde_json::from_slice(&fs::read(&path)?)? } else { json!({}) };
    change(&mut json);
    fs::write(path, json.to_string())?;
    Ok(())
}

/// The model "bert" with another value of `key` in `file`.
fn with(file: &str, key: &str, value: Value) -> Result<SentenceEncoder, Error> {
    let folder = assembled("bert").expect("a folder");
    change(folder.path(), file, |json| json[key] = value).expect("a file");
    load(folder.path(), SentenceSettings::default())
}

/// The key that the error is about, and the value found.
fn refused(file: &str, key: &str, value: Value) -> (&'static str, String) {
    match with(file, key, value).expect_err(key) {
        Error::Setting { path, key, found, .. } => {
            assert!(path.ends_with(file), "{}", path.display());
            (key, found)
        }
        other => panic!("{other:?}"),
    }
}

const POOLING: &str = "1_Pooling/config.json";

#[test]
fn luke_is_not_covered_and_says_so() {
    let error = with("config.json", "model_type", json!("luke")).expect_err("other layers");
    let Error::Setting { key: "model_type", found, .. } = &error else { panic!("{error:?}") };
    assert_eq!(found, "\"luke\"");
    assert!(error.to_string().contains("LUKE is not covered"), "{error}");
}

#[test]
fn a_roberta_counts_positions_as_an_xlm_roberta() -> TestResult {
    let folder = assembled("xlm_roberta")?;
    let vectors = |folder: &Path| {
        SentenceEncoder::from_dir(folder, &Default::default(), &Device::cpu())?
            .encode_passages(&["山"])
    };
    let expected = vectors(folder.path())?;
    change(folder.path(), "config.json", |json| json["model_type"] = json!("roberta"))?;
    assert_eq!(vectors(folder.path())?, expected);
    change(folder.path(), "config.json", |json| json["pad_token_id"] = Value::Null)?;
    assert_eq!(vectors(folder.path())?, expected);
    change(folder.path(), "config.json", |json| json["pad_token_id"] = json!(0))?;
    assert_ne!(vectors(folder.path())?, expected);
    change(folder.path(), "config.json", |json| json["pad_token_id"] = json!(65))?;
    let error = vectors(folder.path()).expect_err("no position is left");
    assert!(matches!(error, Error::Setting { key: "pad_token_id", .. }), "{error:?}");
    Ok(())
}

#[test]
fn pooling_is_read_in_the_form_of_before_and_other_kinds_are_refused() -> TestResult {
    let folder = assembled("bert")?;
    let pooling = |keys: Value| {
        fs::write(folder.path().join(POOLING), keys.to_string()).expect("a file");
        load(folder.path(), SentenceSettings::default()).map(|encoder| encoder.config().pooling)
    };
    let cls = json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false });
    assert_eq!(pooling(cls)?, SentencePooling::Cls);
    assert_eq!(pooling(json!({ "pooling_mode_mean_tokens": true }))?, SentencePooling::Mean);
    assert_eq!(pooling(json!({}))?, SentencePooling::Mean);
    for keys in [
        json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true }),
        json!({ "pooling_mode_max_tokens": true }),
        json!({ "pooling_mode_lasttoken": true }),
        json!({ "pooling_mode": "max" }),
        json!({ "pooling_mode": ["mean", "cls"] }),
        json!({ "pooling_mode": "mean", "include_prompt": false }),
    ] {
        let error = pooling(keys.clone()).expect_err("another pooling");
        assert!(matches!(error, Error::Setting { .. }), "{keys}: {error:?}");
    }
    Ok(())
}

#[test]
fn a_dense_module_is_refused() -> TestResult {
    let folder = assembled("bert")?;
    change(folder.path(), "modules.json", |json| {
        let dense =
            json!({ "idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense" });
        json.as_array_mut().expect("a list").push(dense);
    })?;
    let error = load(folder.path(), SentenceSettings::default()).expect_err("a projection");
    assert!(
        matches!(&error, Error::Setting { key: "type", found, .. } if found.contains("Dense")),
        "{error:?}"
    );
    assert!(error.to_string().contains("a Dense is not covered"), "{error}");
    Ok(())
}

#[test]
fn what_is_not_a_cosine_of_the_text_as_it_stands_is_refused() -> TestResult {
    let (of, key) = ("config_sentence_transformers.json", "similarity_fn_name");
    assert_eq!(refused(of, key, json!("dot")), (key, "\"dot\"".into()));
    let lower = refused("sentence_bert_config.json", "do_lower_case", json!(true));
    assert_eq!(lower, ("do_lower_case", "true".into()));
    // Of vectors of length 1 the product is the cosine.
    let folder = assembled("e5_small")?;
    change(folder.path(), of, |json| json[key] = json!("dot"))?;
    load(folder.path(), SentenceSettings::default())?;
    Ok(())
}

#[test]
fn a_tokenizer_must_frame_a_text_with_tokens_that_the_model_has() -> TestResult {
    let none = with("tokenizer.json", "post_processor", Value::Null).expect_err("no frame");
    assert!(matches!(&none, Error::Tokenizer(TokenizerError::Frame { .. })), "{none:?}");
    let far = json!({ "type": "BertProcessing", "cls": ["[CLS]", 70_000], "sep": ["[SEP]", 3] });
    let error = with("tokenizer.json", "post_processor", far).expect_err("no such embedding");
    assert!(matches!(error, Error::Vocabulary { largest: 70_000, .. }), "{error:?}");
    Ok(())
}

#[test]
fn passage_prompts_have_three_names() -> TestResult {
    let folder = assembled("bert")?;
    for name in ["document", "passage", "corpus"] {
        change(folder.path(), "config_sentence_transformers.json", |json| {
            json["prompts"] = json!({ "query": "q: ", name: "p: ", "corpus": "p: " });
        })?;
        let encoder = load(folder.path(), SentenceSettings::default())?;
        assert_eq!(encoder.config().query_prefix, "q: ");
        assert_eq!(encoder.config().passage_prefix, "p: ", "{name}");
    }
    Ok(())
}

/// What a folder of transformers says is at most a length; the rest is asked for, or as in
/// sentence-transformers.
#[test]
fn overrides_come_before_the_folder_and_defaults_behind_it() -> TestResult {
    let folder = assembled("bert")?;
    let said = |pooling, query: &str, max_tokens| SentenceSettings {
        pooling,
        query_prefix: Some(query.into()),
        passage_prefix: None,
        max_tokens,
    };
    let config = |overrides, defaults| {
        let options = SentenceOptions { overrides, defaults, ..Default::default() };
        let encoder = SentenceEncoder::from_dir(folder.path(), &options, &Device::cpu())?;
        Ok::<_, Error>(encoder.config().clone())
    };
    let expected = |pooling, query: &str, max_tokens| SentenceConfig {
        pooling,
        query_prefix: query.into(),
        passage_prefix: String::new(),
        max_tokens,
    };
    let (mean, cls) = (SentencePooling::Mean, SentencePooling::Cls);
    let nothing = SentenceSettings::default;
    assert_eq!(config(nothing(), nothing())?, expected(cls, "", 48));
    let asked = said(Some(mean), "a", Some(20));
    assert_eq!(config(asked.clone(), said(Some(cls), "b", Some(9)))?, expected(mean, "a", 20));
    assert_eq!(config(nothing(), asked.clone())?, expected(cls, "a", 48));

    fs::remove_file(folder.path().join("modules.json"))?;
    assert_eq!(config(nothing(), nothing())?, expected(mean, "", 64));
    assert_eq!(config(nothing(), said(Some(cls), "b", Some(9)))?, expected(cls, "b", 9));
    for (length, max_tokens) in [(json!(32), 32), (json!(4_000), 64), (json!(1e30), 64)] {
        change(folder.path(), "tokenizer_config.json", |json| json["model_max_length"] = length)?;
        assert_eq!(config(nothing(), nothing())?, expected(mean, "", max_tokens));
    }
    for length in [0, 1, 65] {
        let error = config(said(None, "", Some(length)), nothing()).expect_err("no such length");
        assert!(
            matches!(error, Error::Length { key: "max_tokens", min: 2, max: 64, .. }),
            "{error:?}"
        );
    }
    Ok(())
}

#[test]
fn a_length_of_two_is_the_frame_alone() -> TestResult {
    let folder = assembled("bert")?;
    let overrides = SentenceSettings { max_tokens: Some(2), ..Default::default() };
    let encoder = load(folder.path(), overrides)?;
    let found = encoder.encode_passages(&["富士山", ""])?;
    assert_eq!(found.vectors.row(0), found.vectors.row(1));
    assert_eq!(found.truncated.len(), 1);
    Ok(())
}

/// The published BERTs of Japanese have a `vocab.txt` and need a dictionary.
#[test]
fn a_bert_japanese_tokenizer_needs_its_dictionary() -> TestResult {
    let (folder, dictionary) = (assembled("bert")?, small_dictionary::folder());
    let path = |file: &str| folder.path().join(file);
    let tokenizer: Value = serde_json::from_slice(&fs::read(path("tokenizer.json"))?)?;
    let mut vocabulary: Vec<(&String, &Value)> =
        tokenizer["model"]["vocab"].as_object().ok_or("no vocabulary")?.iter().collect();
    vocabulary.sort_by_key(|(_, id)| id.as_u64());
    let words: Vec<&str> = vocabulary.iter().map(|(word, _)| word.as_str()).collect();
    fs::write(path("vocab.txt"), words.join("\n"))?;
    fs::remove_file(path("tokenizer.json"))?;
    change(folder.path(), "tokenizer_config.json", |json| {
        *json = json!({
            "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
            "subword_tokenizer_type": "wordpiece", "do_lower_case": false,
            "mecab_kwargs": { "mecab_dic": "unidic_lite" },
        });
    })?;
    let error = load(folder.path(), SentenceSettings::default()).expect_err("no dictionary");
    assert!(matches!(error, Error::Tokenizer(TokenizerError::NeedsDictionary { .. })), "{error:?}");
    let dictionary = Some(dictionary.path().into());
    let options = SentenceOptions { dictionary, ..Default::default() };
    let encoder = SentenceEncoder::from_dir(folder.path(), &options, &Device::cpu())?;
    let vectors = encoder.encode_passages(&["東京都", "東京", "京都"])?.vectors;
    for row in vectors.as_ref().rows() {
        assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    }
    Ok(())
}
