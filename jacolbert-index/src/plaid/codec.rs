//! The codec of a foreign index: centroids and bucket weights.

use std::path::Path;

use super::fault::PlaidFault;
use super::metadata::{Layout, Settings};
use super::npy_file::NpyFile;
use super::passage::PlaidPassage;
use super::torch_file::TorchFile;
use crate::{Bits, Embeddings, Error};

/// Centroids `[num_centroids, dim]` and the bucket weights `[2^bits]` of residual components.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaidCodec {
    centroids: Vec<f32>,
    bucket_weights: Vec<f32>,
    dim: usize,
    bits: Bits,
}

impl PlaidCodec {
    pub(super) fn open(folder: &Path, settings: &Settings) -> Result<Self, Error> {
        let bits = settings.bits;
        let cutoffs = [bits.num_levels() - 1];
        let weights = [bits.num_levels()];
        match settings.layout {
            Layout::Torch { dim, num_centroids } => {
                let path = folder.join("centroids.pt");
                check_dim(&folder.join("metadata.json"), dim, bits)?;
                let centroids = TorchFile::open(&path, 1)?.f32s(0, &[num_centroids, dim])?;
                let mut buckets = TorchFile::open(&folder.join("buckets.pt"), 2)?;
                buckets.f32s(0, &cutoffs)?;
                Self::new(&path, centroids, buckets.f32s(1, &weights)?, dim, bits)
            }
            Layout::Npy => {
                let path = folder.join("centroids.npy");
                let file = NpyFile::open(&path)?;
                let shape = file.shape().to_vec();
                let dim = shape.last().copied().unwrap_or_default();
                check_dim(&path, dim, bits)?;
                let rows = shape.first().copied().unwrap_or_default();
                let centroids = file.f32s(&[rows, dim])?;
                let weights = NpyFile::open(&folder.join("bucket_weights.npy"))?.f32s(&weights)?;
                Self::new(&path, centroids, weights, dim, bits)
            }
        }
    }

    fn new(
        path: &Path,
        centroids: Vec<f32>,
        bucket_weights: Vec<f32>,
        dim: usize,
        bits: Bits,
    ) -> Result<Self, Error> {
        if centroids.is_empty() {
            let expected = vec![1, dim];
            let found = vec![0, dim];
            return Err(Error::plaid(path, PlaidFault::Shape { expected, found }));
        }
        Ok(Self { centroids, bucket_weights, dim, bits })
    }

    /// Length of a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Bits of a component's level.
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// Number of centroids.
    pub fn num_centroids(&self) -> usize {
        self.centroids.len() / self.dim
    }

    /// The centroids, `[num_centroids, dim]`, row-major.
    pub fn centroids(&self) -> &[f32] {
        &self.centroids
    }

    /// The value that each level adds to a component of the centroid, ascending.
    pub fn bucket_weights(&self) -> &[f32] {
        &self.bucket_weights
    }

    /// The tokens of `passage` as colbert-ai decodes them, `[tokens, dim]`: `r / max(|r|, 1e-12)` with
    /// `r = centroid + weights`.
    ///
    /// # Errors
    /// [`Error::UnknownCentroid`] and [`Error::Embeddings`] if `passage` belongs to another index.
    pub fn decode(&self, passage: &PlaidPassage) -> Result<Embeddings, Error> {
        let num_tokens = passage.num_tokens();
        let num_levels = passage.levels.len();
        let mask = self.bucket_weights.len() - 1;
        if num_tokens.checked_mul(self.dim) != Some(num_levels) {
            return Err(jacolbert_core::Error::Shape { values: num_levels, dim: self.dim }.into());
        }
        let mut values = Vec::with_capacity(num_levels);
        for (&code, levels) in passage.codes.iter().zip(passage.levels.chunks_exact(self.dim)) {
            let centroid = self.centroid(code as usize)?;
            let weights = levels.iter().map(|&level| self.bucket_weights[level as usize & mask]);
            let row: Vec<f32> =
                centroid.iter().zip(weights).map(|(c, weight)| c + weight).collect();
            let norm = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
            values.extend(row.iter().map(|value| value / (norm as f32).max(1e-12)));
        }
        Ok(Embeddings::new(values, self.dim)?)
    }

    fn centroid(&self, code: usize) -> Result<&[f32], Error> {
        let num_centroids = self.num_centroids();
        let found = self.centroids.chunks_exact(self.dim).nth(code);
        found.ok_or(Error::UnknownCentroid { centroid: code, num_centroids })
    }
}

/// Checks that rows fill whole bytes, as every writer of this format requires, and that they are short enough
/// for their byte products.
fn check_dim(path: &Path, dim: usize, bits: Bits) -> Result<(), Error> {
    let fits = (1..=1 << 16).contains(&dim) && (dim * bits.get()).is_multiple_of(8);
    fits.then_some(()).ok_or_else(|| Error::plaid(path, PlaidFault::Dim { dim }))
}
