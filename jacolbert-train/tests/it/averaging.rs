//! The mean of checkpoints.

use std::path::Path;

use jacolbert_model::{Checkpoint, Device, LoadOptions};
use jacolbert_train::{Error, ExampleOptions, TrainOptions, Trainer, average};

use crate::scratch::Scratch;
use crate::{TestResult, starting, tiny};

fn trained(seed: u64) -> Result<Checkpoint, Box<dyn std::error::Error>> {
    let config = TrainOptions { seed, steps: 3, ..tiny::options() };
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?)?;
    Ok(trainer.checkpoint())
}

/// All weights of the model in a folder, as one row; values begin behind the header.
fn values(model: &Checkpoint) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
    let bytes = tiny::weights(model)?;
    let header: [u8; 8] = bytes[..8].try_into()?;
    let values = &bytes[8 + u64::from_le_bytes(header) as usize..];
    Ok(values.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

#[test]
fn every_weight_is_the_mean() -> TestResult {
    let scratch = Scratch::new()?;
    let models = [trained(1)?, trained(2)?, trained(3)?];
    let folders = ["a", "b", "c"].map(|name| scratch.path().join(name));
    models.iter().zip(&folders).try_for_each(|(model, folder)| model.save(folder))?;
    let folders: Vec<&Path> = folders.iter().map(|folder| folder.as_path()).collect();
    let found = values(&average(&folders, &LoadOptions::default(), &Device::flex())?)?;
    let [a, b, c] = [values(&models[0])?, values(&models[1])?, values(&models[2])?];
    assert!(a != b && b != c, "they differ");
    for (found, ((a, b), c)) in found.into_iter().zip(a.into_iter().zip(b).zip(c)) {
        assert!((found - (a + b + c) / 3.0).abs() <= 1e-6, "{found} of {a}, {b}, {c}");
    }
    Ok(())
}

#[test]
fn one_alone_is_itself() -> TestResult {
    let folder = tiny::folder().join("model");
    let found = average(&[&folder], &LoadOptions::default(), &Device::flex())?;
    assert!(tiny::weights(&found)? == tiny::weights(&tiny::model()?)?);
    Ok(())
}

#[test]
fn none_and_unlike_ones_are_errors() -> TestResult {
    let nothing = average(&[], &LoadOptions::default(), &Device::flex());
    assert!(matches!(nothing, Err(Error::Average { folder }) if folder.as_os_str().is_empty()));
    let scratch = Scratch::new()?;
    let mut other = starting::fresh()?;
    other.config.doc_maxlen -= 1;
    other.save(scratch.path())?;
    let folder = tiny::folder().join("model");
    let found = average(&[&folder, scratch.path()], &LoadOptions::default(), &Device::flex());
    assert!(matches!(found, Err(Error::Average { folder }) if folder == scratch.path()));
    Ok(())
}
