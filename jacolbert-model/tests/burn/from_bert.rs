//! A BERT becomes a ColBERT by a fresh projection.

use jacolbert_model::{Checkpoint, ColbertConfig, Device, Error, LoadOptions, QueryLength};

use crate::TestResult;
use crate::tiny::Tiny;

const FRESH_DIM: usize = 6;

fn options() -> LoadOptions {
    let query_length = QueryLength::Fixed(8);
    let config =
        ColbertConfig { dim: FRESH_DIM, query_length, doc_maxlen: 10, ..Default::default() };
    LoadOptions { config: Some(config), ..Default::default() }
}

fn from_bert(tiny: &Tiny) -> Result<Checkpoint, Error> {
    let folder = tiny.write().expect("the temporary folder can be written");
    std::fs::remove_file(folder.path().join("artifact.metadata")).expect("it was written");
    Checkpoint::from_bert(folder.path(), &options(), &Device::flex())
}

/// Weights by their stored names, but for the projection.
fn encoder(checkpoint: &Checkpoint) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    checkpoint.save(folder.path())?;
    let bytes = std::fs::read(folder.path().join("model.safetensors"))?;
    let file = safetensors::SafeTensors::deserialize(&bytes)?;
    let mut names = file.names();
    names.sort_unstable();
    let names = names.into_iter().filter(|&name| name != "linear.weight");
    let mut values = Vec::new();
    for name in names {
        values.extend_from_slice(file.tensor(name)?.data());
    }
    Ok(values)
}

#[test]
fn encoder_is_the_files_and_projection_is_of_the_length_asked_for() -> TestResult {
    let with_heads = Tiny::new().but(|tiny| {
        tiny.tensors.remove("linear.weight");
        let head = crate::tiny::Tensor::of_f32(&[8, 8], &[0.5; 64]);
        tiny.tensors.insert("cls.predictions.transform.dense.weight".into(), head.clone());
        tiny.tensors.insert("bert.pooler.dense.weight".into(), head);
    });
    let found = from_bert(&with_heads)?;
    assert_eq!(found.colbert.dim(), FRESH_DIM);
    let folder = Tiny::new().write()?;
    let colbert = Checkpoint::from_dir(folder.path(), &Default::default(), &Device::flex())?;
    assert_eq!(encoder(&found)?, encoder(&colbert)?);
    Ok(())
}

#[test]
fn a_projection_in_the_file_is_left_aside() -> TestResult {
    assert_eq!(from_bert(&Tiny::new())?.colbert.dim(), FRESH_DIM);
    Ok(())
}

#[test]
fn a_missing_tensor_of_the_encoder_is_an_error() {
    let name = "bert.encoder.layer.1.output.dense.bias";
    let cut = Tiny::new().but(|tiny| {
        tiny.tensors.remove(name);
    });
    let found = from_bert(&cut);
    assert!(matches!(found, Err(Error::MissingTensor { tensor, .. }) if tensor == name));
}

#[test]
fn a_colbert_has_no_xlm_roberta() -> TestResult {
    let roberta = Tiny::new().but(|tiny| tiny.config["model_type"] = "xlm-roberta".into());
    let error = from_bert(&roberta).expect_err("another family");
    assert!(
        matches!(&error, Error::Setting { key: "model_type", found, .. } if found.contains("xlm")),
        "{error:?}"
    );
    Ok(())
}
