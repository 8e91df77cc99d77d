//! The mean of several checkpoints of one training.

use std::path::Path;

use burn::module::Module;
use jacolbert_model::{Checkpoint, Device, LoadOptions};

use crate::{Error, parameters};

/// A model whose weights are the mean of those in `folders`; tokenizer and settings are the first
/// one's.
///
/// ```text
/// w = 1/n * Σ w_i
/// ```
///
/// The models should be of one training, late in it, or of several from one start; the mean of
/// others is of no use. Each is loaded in turn, so that two are in memory. Models whose tokenizer
/// needs a dictionary are loaded by the caller: see [`average_of`].
///
/// # Errors
/// [`Error::Model`] if one cannot be loaded, [`Error::Average`] if there is none, or one has
/// another shape than the first.
pub fn average(folders: &[&Path], device: &Device) -> Result<Checkpoint, Error> {
    average_of(folders, |folder| Checkpoint::from_dir(folder, &LoadOptions::default(), device))
}

/// As [`average`], each model as `load` loads it.
///
/// # Errors
/// As [`average`].
pub fn average_of(
    folders: &[&Path],
    load: impl Fn(&Path) -> Result<Checkpoint, jacolbert_model::Error>,
) -> Result<Checkpoint, Error> {
    let misfit = |folder: &Path| Error::Average { folder: folder.into() };
    let (&first, others) = folders.split_first().ok_or_else(|| misfit(Path::new("")))?;
    let mut mean = load(first)?;
    let mut colbert = mean.colbert.train();
    let mut sum = parameters::values(&colbert);
    for &folder in others {
        let other = load(folder)?;
        if (&other.bert, &other.config) != (&mean.bert, &mean.config) {
            return Err(misfit(folder));
        }
        let weights = parameters::values(&other.colbert.train());
        sum = sum.into_iter().zip(weights).map(|(sum, weights)| sum + weights).collect();
    }
    let n = folders.len() as f64;
    let weights = sum.into_iter().map(|sum| sum.div_scalar(n)).collect();
    colbert = parameters::with_values(colbert, weights);
    mean.colbert = colbert.valid();
    Ok(mean)
}
