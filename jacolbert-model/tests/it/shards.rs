//! Weights in several files.

use std::path::Path;

use jacolbert_model::Error;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::TestResult;
use crate::tiny::{Tiny, load};
#[cfg(feature = "pytorch")]
use crate::torch_file::TorchFile;

const TEXTS: [&str; 3] = ["東京 ab!", "", "a-b"];

/// The tiny checkpoint with its weights in two files, and their index after `change`.
fn sharded(change: impl FnOnce(&mut Map<String, Value>)) -> std::io::Result<TempDir> {
    let mut first = Tiny::new();
    let mut second = first.clone();
    second.tensors = first.tensors.split_off("bert.encoder.layer.1.");
    let folder = first.write()?;
    let path = |name: &str| folder.path().join(name);
    std::fs::rename(path("model.safetensors"), path("model-00001-of-00002.safetensors"))?;
    std::fs::copy(
        second.write()?.path().join("model.safetensors"),
        path("model-00002-of-00002.safetensors"),
    )?;
    let mut map = Map::new();
    for (n, tiny) in [(1, &first), (2, &second)] {
        let file = format!("model-0000{n}-of-00002.safetensors");
        map.extend(tiny.tensors.keys().map(|name| (name.clone(), json!(file))));
    }
    change(&mut map);
    let index = json!({ "metadata": { "total_size": 1 }, "weight_map": map });
    std::fs::write(path("model.safetensors.index.json"), index.to_string())?;
    Ok(folder)
}

fn error_of(change: impl FnOnce(&mut Map<String, Value>)) -> Error {
    load(sharded(change).expect("a temporary folder").path()).expect_err("a spoilt index")
}

fn check(folder: &Path) -> TestResult {
    let expected = Tiny::new().load()?.encode_passages(&TEXTS)?;
    assert_eq!(load(folder)?.encode_passages(&TEXTS)?, expected);
    Ok(())
}

#[test]
fn safetensors_may_be_several_files() -> TestResult {
    check(sharded(|_| ())?.path())
}

#[cfg(feature = "pytorch")]
#[test]
fn pickles_may_be_several_files() -> TestResult {
    let folder = Tiny::new().write()?;
    let path = |name: &str| folder.path().join(name);
    std::fs::remove_file(path("model.safetensors"))?;
    let mut first = TorchFile::new();
    let second = TorchFile::new().but(|file| file.tensors = first.tensors.split_off("linear."));
    let mut map = Map::new();
    for (name, file) in [("first.bin", &first), ("second.bin", &second)] {
        std::fs::write(path(name), file.zip())?;
        map.extend(file.tensors.keys().map(|tensor| (tensor.clone(), json!(name))));
    }
    let index = json!({ "weight_map": map }).to_string();
    std::fs::write(path("pytorch_model.bin.index.json"), index)?;
    check(folder.path())
}

#[test]
fn one_file_goes_before_several() -> TestResult {
    let folder = sharded(|map| map.clear())?;
    let whole = Tiny::new().write()?;
    std::fs::copy(whole.path().join("model.safetensors"), folder.path().join("model.safetensors"))?;
    check(folder.path())
}

#[test]
fn a_tensor_without_a_place_is_missing_from_the_index() {
    let error = error_of(|map| {
        map.remove("linear.weight");
    });
    assert!(
        matches!(&error, Error::MissingTensor { path, tensor }
            if path.ends_with("model.safetensors.index.json") && tensor == "linear.weight"),
        "{error:?}"
    );
}

#[test]
fn a_tensor_in_the_wrong_place_is_missing_from_that_file() {
    let elsewhere = json!("model-00001-of-00002.safetensors");
    let error = error_of(|map| {
        map.insert("linear.weight".into(), elsewhere);
    });
    assert!(
        matches!(&error, Error::MissingTensor { path, tensor }
            if path.ends_with("model-00001-of-00002.safetensors") && tensor == "linear.weight"),
        "{error:?}"
    );
}

#[test]
fn a_surplus_tensor_is_named() {
    let error = error_of(|map| {
        map.insert("bert.encoder.layer.2.output.dense.bias".into(), json!("x.safetensors"));
    });
    assert!(
        matches!(&error, Error::Io { path, .. } if path.ends_with("x.safetensors")),
        "{error:?}"
    );
    let error = error_of(|map| {
        let file = json!("model-00001-of-00002.safetensors");
        map.insert("bert.encoder.layer.2.output.dense.bias".into(), file);
    });
    assert!(matches!(&error, Error::SurplusTensor { tensor, .. }
        if tensor == "bert.encoder.layer.2.output.dense.bias"));
}

#[test]
fn files_elsewhere_are_not_followed() {
    for elsewhere in [
        json!("../model.safetensors"),
        json!("/etc/passwd"),
        json!("a/b.bin"),
        json!("config.json"),
        json!(1),
    ] {
        let error = error_of(|map| {
            map.insert("linear.weight".into(), elsewhere);
        });
        assert!(matches!(&error, Error::Setting { key: "weight_map", .. }), "{error:?}");
    }
}

#[test]
fn an_index_that_is_none_is_named() -> TestResult {
    let folder = sharded(|_| ())?;
    let path = folder.path().join("model.safetensors.index.json");
    std::fs::write(&path, "{}")?;
    let error = load(folder.path()).expect_err("no map");
    assert!(matches!(error, Error::MissingKey { key: "weight_map", .. }));
    std::fs::write(&path, "[")?;
    let error = load(folder.path()).expect_err("no JSON");
    assert!(
        matches!(error, Error::Json { path, .. } if path.ends_with("model.safetensors.index.json"))
    );
    Ok(())
}

#[cfg(not(feature = "pytorch"))]
#[test]
fn a_pickle_without_its_feature_is_an_error_that_names_the_feature() -> TestResult {
    let folder = Tiny::new().write()?;
    let safetensors = folder.path().join("model.safetensors");
    std::fs::rename(safetensors, folder.path().join("pytorch_model.bin"))?;
    let error = load(folder.path()).expect_err("a pickle");
    assert!(error.to_string().contains("`pytorch`"), "{error}");
    assert!(matches!(error, jacolbert_model::Error::PytorchFeature { path }
        if path.ends_with("pytorch_model.bin")));
    Ok(())
}
