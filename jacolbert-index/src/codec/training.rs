//! Training a codec on a sample of the tokens.

use std::ops::ControlFlow;

use super::file::CodecParts;
use super::kmeans::spherical_kmeans;
use super::level_sample::level_sample;
use super::levels::Levels;
use super::residual_codec::ResidualCodec;
use crate::kernels::rows_to_bytes;
use crate::storage::Spool;
use crate::{BuildOptions, BuildProgress, Error};

impl ResidualCodec {
    /// Fits centroids and levels to `sample`, rows of length 1.
    pub(crate) fn train(
        sample: &Spool,
        num_centroids: usize,
        options: &BuildOptions,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
    ) -> Result<Self, Error> {
        let of = options.kmeans_iterations;
        let mut report = |done| progress(BuildProgress::Clustering { done, of });
        let centroids = spherical_kmeans(sample, num_centroids, of, options.seed, &mut report)?;
        let (components, fit) = level_sample(sample, &centroids, options.seed)?;
        let (rows, scales) = rows_to_bytes(&centroids, sample.dim());
        CodecParts {
            dim: sample.dim(),
            bits: options.bits,
            centroids: rows,
            scales,
            levels: Levels::lloyd_max(options.bits, components),
            fit,
        }
        .into_codec()
    }

    /// The same codec with the rows `[n, dim]` of `centroids` appended to its own, and another fit.
    pub(crate) fn extended(&self, centroids: &[f32], fit: f32) -> Result<Self, Error> {
        let (rows, scales) = rows_to_bytes(centroids, self.dim());
        CodecParts {
            dim: self.dim(),
            bits: self.bits(),
            centroids: [self.centroid_rows(), &rows].concat(),
            scales: [self.centroid_scales(), &scales].concat(),
            levels: self.levels().clone(),
            fit,
        }
        .into_codec()
    }
}
