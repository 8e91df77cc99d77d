//! The mean of several checkpoints.

use std::path::Path;

use burn::module::Module;
use jacolbert_model::{Checkpoint, Device, LoadOptions};

use crate::{Error, parameters};

/// Computes a model whose weights are the mean of those in `folders`; its tokenizer and settings are those of
/// the first folder.
///
/// ```text
/// w = 1/n * Σ w_i
/// ```
///
/// The models should be late checkpoints of one training, or of several trainings with one start; the mean
/// of unrelated models is useless. `load` says how to load each of them. Two models are in memory at a time.
///
/// # Errors
/// [`Error::Model`] if a model cannot be loaded; [`Error::Average`] if there is none, or one has another
/// shape than the first.
pub fn average(
    folders: &[&Path],
    load: &LoadOptions,
    device: &Device,
) -> Result<Checkpoint, Error> {
    let misfit = |folder: &Path| Error::Average { folder: folder.into() };
    let (&first, others) = folders.split_first().ok_or_else(|| misfit(Path::new("")))?;
    let mut mean = Checkpoint::from_dir(first, load, device)?;
    let mut colbert = mean.colbert.train();
    let mut sum = parameters::values(&colbert);
    for &folder in others {
        let other = Checkpoint::from_dir(folder, load, device)?;
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
