//! The files of a checkpoint as people, editors and downloads leave them.

use std::error::Error as _;
use std::path::Path;

use jacolbert_model::{
    ColbertConfig, Device, Encoder, Error, LoadOptions, QueryLength, SentenceSettings,
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::TestResult;
use crate::pylate::Pylate;
use crate::sentence;
use crate::tiny::{Tiny, load};

const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
const PAGE: &[u8] = b"<!DOCTYPE html>\n<html>";

type Change = fn(&str) -> Vec<u8>;
type Load = fn(&Path) -> Result<String, Error>;

/// The fingerprint of a late-interaction model.
fn late_interaction(folder: &Path) -> Result<String, Error> {
    Ok(load(folder)?.fingerprint()?.to_string())
}

/// The fingerprint of a model with one vector per text.
fn one_vector(folder: &Path) -> Result<String, Error> {
    Ok(sentence::load(folder, SentenceSettings::default())?.fingerprint().to_string())
}

/// The message of an error with its causes.
fn message(error: &Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}

/// What becomes of a JSON file: the model stays the same, or the error has the part.
const ROWS: [(&str, Change, Result<(), &str>); 13] = [
    ("a byte order mark", |text| format!("\u{feff}{text}").into(), Ok(())),
    ("CRLF and blank lines", |text| text.replace('{', "{\r\n\r\n").into(), Ok(())),
    ("unknown keys", |text| with(text, r#""x": {"y": [null, 1]}"#), Ok(())),
    ("NaN and infinity", |text| with(text, r#""x": [NaN, -Infinity]"#), Ok(())),
    ("a doubled key", |text| with(text, r#""x": 1, "x": 2"#), Ok(())),
    ("half a surrogate pair", |text| with(text, "\n\"x\": \"\\ud800\""), Err("at line 2")),
    ("an empty file", |_| Vec::new(), Err("is empty")),
    ("a pointer", |_| POINTER.to_vec(), Err("git lfs pull")),
    ("a page", |_| PAGE.to_vec(), Err("is an HTML page")),
    ("gzip", |_| b"\x1f\x8b\x08\0".to_vec(), Err("is compressed with gzip")),
    ("UTF-16", |_| b"\xff\xfe{\0}\0".to_vec(), Err("it looks like UTF-16")),
    ("Latin-1", |_| b"{\n\"x\": \"caf\xe9\"}".to_vec(), Err("in line 2; it looks like Latin-1")),
    ("half a file", |text| text[..text.len() - 2].into(), Err("at line 1")),
];

/// `json` with `more` at the beginning of its first object.
fn with(json: &str, more: &str) -> Vec<u8> {
    json.replacen('{', &format!("{{{more}, "), 1).into()
}

/// The tiny checkpoint with an index of its only file of weights.
fn sharded() -> std::io::Result<TempDir> {
    let folder = Tiny::new().write()?;
    let path = |name: &str| folder.path().join(name);
    std::fs::rename(path("model.safetensors"), path("a.safetensors"))?;
    let places = Tiny::new().tensors.into_keys().map(|name| (name, json!("a.safetensors")));
    let index = json!({ "weight_map": places.collect::<Map<String, Value>>() });
    std::fs::write(path("model.safetensors.index.json"), index.to_string())?;
    Ok(folder)
}

/// Loads the folder for each of the `rows`, which change `file`.
fn check(folder: TempDir, load: Load, file: &str, rows: &[(&str, Change, Result<(), &str>)]) {
    let path = folder.path().join(file);
    let content = std::fs::read(&path).expect("a file");
    let content: Value = serde_json::from_slice(&content).expect("JSON");
    let content = content.to_string();
    let whole = load(folder.path()).expect("a whole model");
    for (name, change, expected) in rows {
        std::fs::write(&path, change(&content)).expect("the changed file");
        match (load(folder.path()), expected) {
            (Ok(found), Ok(())) => assert_eq!(found, whole, "{file}: {name}"),
            (Err(error), Err(part)) => {
                let message = message(&error);
                assert!(message.contains(part), "{file}: {name}: {message}");
                assert!(message.contains(file), "{file}: {name}: {message}");
            }
            (found, _) => panic!("{file}: {name}: {found:?}"),
        }
    }
}

#[test]
fn every_reader_of_settings_has_an_outcome_for_every_kind_of_file() -> TestResult {
    for file in ["config.json", "artifact.metadata"] {
        check(Tiny::new().write()?, late_interaction, file, &ROWS);
    }
    for file in ["config_sentence_transformers.json", "modules.json", "1_Dense/config.json"] {
        check(Pylate::new().write()?, late_interaction, file, &ROWS);
    }
    check(sharded()?, late_interaction, "model.safetensors.index.json", &ROWS);
    for (model, file) in [
        ("bert", "modules.json"),
        ("bert", "1_Pooling/config.json"),
        ("bert", "sentence_bert_config.json"),
        ("bert", "tokenizer_config.json"),
        ("xlm_roberta", "config_sentence_transformers.json"),
    ] {
        check(sentence::assembled(model)?, one_vector, file, &ROWS);
    }
    Ok(())
}

#[test]
fn values_have_the_one_meaning_that_they_can_have() -> TestResult {
    check(
        Tiny::new().write()?,
        late_interaction,
        "config.json",
        &[
            ("a float", |text| text.replace("40", "40.0").into(), Ok(())),
            ("a power", |text| text.replace("1e-12", "0.1E-11").into(), Ok(())),
            ("null", |text| text.replace("\"gelu\"", "null").into(), Ok(())),
            ("the last value", |text| with(text, r#""hidden_size": 9"#), Ok(())),
            (
                "a fraction",
                |text| text.replace("40", "40.5").into(),
                Err("`max_position_embeddings` is 40.5"),
            ),
            (
                "a text",
                |text| text.replace("40", "\"40\"").into(),
                Err("`max_position_embeddings` is \"40\""),
            ),
            ("NaN", |text| text.replace("1e-12", "NaN").into(), Err("`layer_norm_eps` is \"NaN\"")),
            ("infinity", |text| text.replace("1e-12", "Infinity").into(), Err("`layer_norm_eps`")),
        ],
    );
    check(
        sentence::assembled("xlm_roberta")?,
        one_vector,
        "tokenizer_config.json",
        &[
            ("no limit", |text| with(text, r#""model_max_length": Infinity"#), Ok(())),
            ("null", |text| with(text, r#""tokenizer_class": null"#), Ok(())),
        ],
    );
    check(
        Tiny::new().write()?,
        late_interaction,
        "artifact.metadata",
        &[
            ("null", |text| with(text, r#""mask_punctuation": null"#), Ok(())),
            (
                "a flag as text",
                |text| with(text, r#""mask_punctuation": "true""#),
                Err("`mask_punctuation`"),
            ),
            (
                "a flag as number",
                |text| with(text, r#""mask_punctuation": 1"#),
                Err("`mask_punctuation`"),
            ),
        ],
    );
    Ok(())
}

#[test]
fn weights_that_are_something_else_are_named() -> TestResult {
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0".as_slice();
    let others =
        [(b"".as_slice(), "is empty"), (POINTER, "git lfs pull"), (PAGE, "HTML"), (zip, "PyTorch")];
    let check = |folder: &Path, file: &str, bytes: &[u8], part: &str| {
        std::fs::write(folder.join(file), bytes).expect("the weights");
        let error = load(folder).expect_err("no weights");
        assert!(
            matches!(&error, Error::WrongFile { path, .. } if path.ends_with(file)),
            "{error:?}"
        );
        assert!(error.to_string().contains(part), "{error}");
    };
    for (bytes, part) in others {
        check(Tiny::new().write()?.path(), "model.safetensors", bytes, part);
        check(sharded()?.path(), "a.safetensors", bytes, part);
        check(Pylate::new().write()?.path(), "1_Dense/model.safetensors", bytes, part);
    }
    #[cfg(feature = "pytorch")]
    for (bytes, part) in &others[..3] {
        let folder = Tiny::new().write()?;
        std::fs::remove_file(folder.path().join("model.safetensors"))?;
        check(folder.path(), "pytorch_model.bin", bytes, part);
    }
    Ok(())
}

#[test]
fn an_encoder_without_a_head_says_how_to_begin() -> TestResult {
    let folder = Tiny::new().but(|tiny| drop(tiny.tensors.remove("linear.weight"))).write()?;
    std::fs::remove_file(folder.path().join("artifact.metadata"))?;
    let error = load(folder.path()).expect_err("a plain BERT");
    assert!(matches!(&error, Error::NoHead { dir } if dir == folder.path()), "{error:?}");
    for part in ["without a late-interaction head", "`Checkpoint::from_bert`", "docs/training.md"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    // Weights that were not fetched say so first.
    std::fs::write(folder.path().join("model.safetensors"), POINTER)?;
    assert!(matches!(load(folder.path()), Err(Error::WrongFile { .. })));
    Ok(())
}

#[test]
fn a_training_checkpoint_without_settings_asks_for_them() -> TestResult {
    let folder = Tiny::new().write()?;
    let metadata = folder.path().join("artifact.metadata");
    let config = ColbertConfig::from_dir(folder.path())?;
    std::fs::remove_file(metadata)?;
    let error = load(folder.path()).expect_err("no settings");
    assert!(matches!(&error, Error::NoMetadata { dir } if dir == folder.path()), "{error:?}");
    assert!(error.to_string().contains("load option `config`"), "{error}");
    let options = LoadOptions { config: Some(config), ..Default::default() };
    Encoder::from_dir(folder.path(), &options, &Device::cpu())?;
    let pylate = Pylate::new().write()?;
    std::fs::remove_file(pylate.path().join("config_sentence_transformers.json"))?;
    assert!(matches!(load(pylate.path()), Err(Error::NoMetadata { .. })));
    Ok(())
}

#[test]
fn a_length_beyond_the_positions_is_named_as_in_its_file() -> TestResult {
    let check = |folder: &Path, file: &str, key: &str, stored: &str| {
        let path = folder.join(file);
        let mut settings: Value =
            serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
        settings[stored] = json!(8192);
        std::fs::write(&path, settings.to_string()).expect("the settings");
        let error = load(folder).expect_err(key);
        assert!(
            matches!(&error, Error::Length { path: Some(found), key, length: 8192, max: 40, .. }
                if *found == path && *key == stored),
            "{error:?}"
        );
        let message = error.to_string();
        let expected = format!("{}: `{stored}` is 8192; it must be from 3 to 40", path.display());
        assert!(message.starts_with(&expected), "{message}");
        assert!(message.ends_with("positions of the model"), "{message}");
    };
    let pylate = "config_sentence_transformers.json";
    check(Pylate::new().write()?.path(), pylate, "doc_maxlen", "document_length");
    check(Pylate::new().write()?.path(), pylate, "query_maxlen", "query_length");
    check(Tiny::new().write()?.path(), "artifact.metadata", "doc_maxlen", "doc_maxlen");
    check(Tiny::new().write()?.path(), "artifact.metadata", "query_maxlen", "query_maxlen");
    let folder = Tiny::new().write()?;
    let config = ColbertConfig { doc_maxlen: 41, ..ColbertConfig::from_dir(folder.path())? };
    let options = LoadOptions { config: Some(config), ..Default::default() };
    let error = Encoder::from_dir(folder.path(), &options, &Device::cpu()).expect_err("too long");
    assert!(matches!(error, Error::Length { path: None, key: "doc_maxlen", .. }));
    // A caller who changes something else is told of the file too.
    let folder = Tiny::new().but(|tiny| tiny.metadata["doc_maxlen"] = json!(41)).write()?;
    let stored = ColbertConfig::from_dir(folder.path())?;
    let config = ColbertConfig { query_length: QueryLength::Dynamic, ..stored };
    let options = LoadOptions { config: Some(config), ..Default::default() };
    let error = Encoder::from_dir(folder.path(), &options, &Device::cpu()).expect_err("too long");
    assert!(matches!(error, Error::Length { path: Some(_), key: "doc_maxlen", .. }), "{error:?}");
    Ok(())
}
