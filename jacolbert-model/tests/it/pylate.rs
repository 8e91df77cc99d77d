//! Folders in PyLate's layout, whole and damaged, and folders in none.

use std::path::Path;

use jacolbert_model::{Device, Encoder, Error, SentenceEncoder, SentenceOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::TestResult;
use crate::tiny::{DIM, Tensor, Tiny, load};

/// Files of the layout, before they are written.
pub(crate) struct Pylate {
    encoder: Tiny,
    dense: Tiny,
    modules: Value,
    dense_config: Value,
}

impl Pylate {
    pub(crate) fn new() -> Self {
        let mut encoder = Tiny::new();
        let mut dense = Tiny::new();
        dense.tensors = encoder.tensors.split_off("linear.");
        let modules = json!([
            { "idx": 0, "path": "", "type": "sentence_transformers.models.Transformer" },
            { "idx": 1, "path": "1_Dense", "type": "pylate.models.Dense.Dense" },
        ]);
        let dense_config = json!({
            "in_features": 8, "out_features": DIM, "bias": false, "use_residual": false,
            "activation_function": "torch.nn.modules.linear.Identity",
        });
        Self { encoder, dense, modules, dense_config }
    }

    pub(crate) fn write(&self) -> std::io::Result<TempDir> {
        let folder = self.encoder.write()?;
        std::fs::remove_file(folder.path().join("artifact.metadata"))?;
        std::fs::write(folder.path().join("modules.json"), self.modules.to_string())?;
        let settings = json!({
            "query_prefix": "[unused0]", "query_length": 8,
            "document_prefix": "[unused1]", "document_length": 10,
        });
        std::fs::write(
            folder.path().join("config_sentence_transformers.json"),
            settings.to_string(),
        )?;
        let (dense, to) = (self.dense.write()?, folder.path().join("1_Dense"));
        std::fs::create_dir(&to)?;
        std::fs::copy(dense.path().join("model.safetensors"), to.join("model.safetensors"))?;
        std::fs::write(to.join("config.json"), self.dense_config.to_string())?;
        Ok(folder)
    }
}

fn load_pylate(folder: &Path) -> Result<Encoder, Error> {
    Encoder::from_dir(folder, &Default::default(), &Device::cpu())
}

/// Loads the layout after `change`, which must make it unfit.
fn spoilt(change: impl FnOnce(&mut Pylate)) -> Error {
    let mut pylate = Pylate::new();
    change(&mut pylate);
    let folder = pylate.write().expect("the temporary folder can be written");
    load_pylate(folder.path()).expect_err("a spoilt checkpoint")
}

#[test]
fn the_layout_is_recognised_by_its_modules() -> TestResult {
    assert_eq!(load_pylate(Pylate::new().write()?.path())?.dim(), DIM);
    Ok(())
}

#[test]
fn settings_of_colbert_ai_go_before_modules() -> TestResult {
    let folder = Tiny::new().write()?;
    std::fs::write(folder.path().join("modules.json"), "of another layout")?;
    load(folder.path())?;
    Ok(())
}

#[test]
fn a_folder_of_no_known_layout_says_what_was_looked_for() -> TestResult {
    let folder = tempfile::tempdir()?;
    for error in [load(folder.path()).err(), load_pylate(folder.path()).err()] {
        assert!(matches!(error, Some(Error::Layout { dir, looked_for })
            if dir == folder.path()
            && looked_for.contains(&"artifact.metadata") && looked_for.contains(&"modules.json")));
    }
    Ok(())
}

#[test]
fn a_folder_that_does_not_exist_says_so() -> TestResult {
    let missing = tempfile::tempdir()?.path().join("missing");
    let options = SentenceOptions::default();
    let sentences = SentenceEncoder::from_dir(&missing, &options, &Device::cpu());
    for error in [load(&missing).err(), sentences.err()] {
        let error = error.expect("no folder");
        assert!(matches!(&error, Error::NoFolder { dir } if *dir == missing), "{error}");
        assert!(error.to_string().ends_with("missing does not exist"), "{error}");
    }
    Ok(())
}

#[test]
fn a_folder_without_weights_says_what_was_looked_for() -> TestResult {
    let folder = Tiny::new().write()?;
    std::fs::remove_file(folder.path().join("model.safetensors"))?;
    let error = load(folder.path()).expect_err("no weights");
    assert!(matches!(error, Error::Layout { looked_for, .. }
    if looked_for == [
        "model.safetensors", "model.safetensors.index.json",
        "pytorch_model.bin", "pytorch_model.bin.index.json",
    ]));
    Ok(())
}

#[test]
fn each_file_of_the_projection_is_needed() -> TestResult {
    let folder = Pylate::new().write()?;
    std::fs::remove_file(folder.path().join("1_Dense/model.safetensors"))?;
    let error = load_pylate(folder.path()).expect_err("no projection");
    assert!(matches!(error, Error::Layout { dir, .. } if dir.ends_with("1_Dense")));
    std::fs::remove_file(folder.path().join("1_Dense/config.json"))?;
    let error = load_pylate(folder.path()).expect_err("no settings of the projection");
    assert!(matches!(error, Error::Io { path, .. } if path.ends_with("1_Dense/config.json")));
    Ok(())
}

#[test]
fn modules_that_are_no_list_of_objects_are_an_error() {
    for modules in [json!({}), json!([1]), json!("Transformer")] {
        let error = spoilt(|pylate| pylate.modules = modules);
        assert!(matches!(error, Error::Json { path, .. } if path.ends_with("modules.json")));
    }
}

#[test]
fn modules_of_another_kind_are_named() {
    let check = |kinds: &[&str]| {
        let module = |kind: &&str| json!({ "path": "1_Dense", "type": format!("models.{kind}") });
        let error = spoilt(|pylate| pylate.modules = kinds.iter().map(module).collect());
        assert!(
            matches!(&error, Error::Setting { key: "type", found, .. }
                if *found == kinds.join(", ")),
            "{error}"
        );
    };
    check(&[]);
    check(&["Transformer"]);
    check(&["Dense", "Transformer"]);
    check(&["Transformer", "Pooling", "Dense"]);
    check(&["Transformer", "Dense", "Dense"]);
}

#[test]
fn a_model_of_one_vector_per_text_says_what_loads_it() {
    for kinds in [&["Transformer", "Pooling"][..], &["Transformer", "Pooling", "Normalize"]] {
        let module = |kind: &&str| json!({ "path": "1_Pooling", "type": format!("models.{kind}") });
        let error = spoilt(|pylate| pylate.modules = kinds.iter().map(module).collect());
        assert!(
            matches!(&error, Error::OneVector { path } if path.ends_with("modules.json")),
            "{error}"
        );
        assert!(error.to_string().contains("`SentenceEncoder`"), "{error}");
    }
}

#[test]
fn modules_without_path_or_type_are_an_error() {
    for name in ["path", "type"] {
        let error = spoilt(|pylate| pylate.modules[1][name] = json!(null));
        assert!(matches!(error, Error::MissingKey { key, .. } if key == name));
    }
}

#[test]
fn modules_elsewhere_are_not_followed() {
    for elsewhere in ["../1_Dense", "/1_Dense", "1_Dense/../../other"] {
        let error = spoilt(|pylate| pylate.modules[1]["path"] = json!(elsewhere));
        assert!(matches!(error, Error::Setting { key: "path", found, .. } if found == elsewhere));
    }
}

#[test]
fn a_projection_that_is_more_than_a_product_is_named() {
    let check = |name: &str, value: Value| {
        let error = spoilt(|pylate| pylate.dense_config[name] = value);
        assert!(matches!(&error, Error::Setting { key, .. } if *key == name), "{error}");
    };
    check("bias", json!(true));
    check("use_residual", json!(true));
    check("activation_function", json!("torch.nn.modules.activation.Tanh"));
    check("out_features", json!(0));
}

#[test]
fn a_projection_of_another_shape_is_named() {
    let error = spoilt(|pylate| pylate.dense_config["out_features"] = json!(DIM + 1));
    assert!(matches!(error, Error::TensorShape { path, tensor, expected, .. }
        if path.ends_with("1_Dense/model.safetensors")
        && tensor == "linear.weight" && expected == [DIM + 1, 8]));
}

#[test]
fn a_projection_with_a_bias_that_its_settings_hide_is_an_error() {
    let error = spoilt(|pylate| {
        pylate.dense.tensors.insert("linear.bias".into(), Tensor::of_f32(&[DIM], &[0.0; DIM]));
    });
    assert!(matches!(error, Error::SurplusTensor { path, tensor }
        if path.ends_with("1_Dense/model.safetensors") && tensor == "linear.bias"));
}

#[test]
fn a_missing_tensor_has_the_name_that_it_would_have_in_its_file() {
    let error = spoilt(|pylate| {
        let bare = std::mem::take(&mut pylate.encoder.tensors).into_iter();
        pylate.encoder.tensors = bare.map(|(n, t)| (n.replacen("bert.", "", 1), t)).collect();
        pylate.encoder.tensors.remove("embeddings.LayerNorm.bias");
    });
    assert!(matches!(error, Error::MissingTensor { path, tensor }
        if path.ends_with("model.safetensors") && tensor == "embeddings.LayerNorm.bias"));
}
