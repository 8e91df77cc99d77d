//! Adding centroids when new tokens fit the codebook badly, or when it has become too small.

use std::ops::ControlFlow;

use super::kmeans::spherical_kmeans;
use super::nearest_centroids::NearestCentroids;
use super::residual_codec::ResidualCodec;
use crate::storage::{ROWS_PER_BLOCK, Spool};
use crate::{BuildOptions, EmbeddingsRef, Error};

/// How well a codebook fits tokens that it was not trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodebookFit {
    /// Number of those tokens.
    pub num_tokens: usize,
    /// Mean dot product of the tokens, scaled to length 1, with their centroids, before centroids were
    /// added.
    pub before: f32,
    /// The same after centroids were added.
    pub after: f32,
    /// The mean for the tokens that the codebook was trained on; see [`ResidualCodec::fit`].
    pub expected: f32,
    /// Number of centroids that were added, because the tokens fit badly or because there are many more.
    pub num_centroids_added: usize,
}

/// A fit is bad if it is lower than expected by more than this. New tokens of similar passages fit about
/// 0.01 worse than those that k-means was trained on.
const BAD_FIT: f32 = 0.03;
/// Minimum number of tokens per added centroid.
const FEWEST_PER_CENTROID: usize = 8;

/// `codec` with centroids added if `rows` fit it badly, or if the index of `num_tokens` tokens should have
/// at least twice as many.
pub(crate) fn grow_codebook(
    codec: &ResidualCodec,
    rows: &Spool,
    num_tokens: usize,
    options: &BuildOptions,
) -> Result<(ResidualCodec, CodebookFit), Error> {
    let fits = fits(codec, rows, options)?;
    let before = mean(&fits);
    let mut fit = CodebookFit {
        num_tokens: rows.num_rows(),
        before,
        after: before,
        expected: codec.fit(),
        num_centroids_added: centroids_to_add(codec, before, rows.num_rows(), num_tokens, options),
    };
    if fit.num_centroids_added == 0 {
        return Ok((codec.clone(), fit));
    }
    let most = fit.num_centroids_added.saturating_mul(options.sample_tokens_per_centroid);
    let sample = worst_fitting(rows, &fits, codec.fit(), most.max(fit.num_centroids_added))?;
    fit.num_centroids_added = fit.num_centroids_added.min(sample.num_rows());
    let added = spherical_kmeans(
        &sample,
        fit.num_centroids_added,
        options.kmeans_iterations,
        options.seed,
        &mut |_| ControlFlow::Continue(()),
    )?;
    let larger = codec.extended(&added, codec.fit())?;
    fit.after = mean(&self::fits(&larger, rows, options)?);
    let share = rows.num_rows() as f32 / num_tokens.max(1) as f32;
    let codec = codec.extended(&added, codec.fit() * (1.0 - share) + fit.after * share)?;
    Ok((codec, fit))
}

fn centroids_to_add(
    codec: &ResidualCodec,
    fit: f32,
    num_rows: usize,
    num_tokens: usize,
    options: &BuildOptions,
) -> usize {
    let k = codec.num_centroids();
    let wanted = options.num_centroids.unwrap_or_else(|| options.num_centroids_for(num_tokens));
    let share =
        |of: usize| (of as f64 * num_rows as f64 / num_tokens.max(1) as f64).ceil() as usize;
    let added = if wanted >= 2 * k {
        wanted - k
    } else if fit < codec.fit() - BAD_FIT {
        share(wanted.max(k))
    } else {
        0
    };
    added.min(num_rows / FEWEST_PER_CENTROID)
}

/// The dot product of each of `rows` with its centroid.
fn fits(codec: &ResidualCodec, rows: &Spool, options: &BuildOptions) -> Result<Vec<f32>, Error> {
    let centroids = codec.centroids();
    let search = NearestCentroids::new(EmbeddingsRef::new(&centroids, codec.dim())?, options.seed)?;
    let mut fits = Vec::with_capacity(rows.num_rows());
    rows.for_each_block(ROWS_PER_BLOCK, |_, rows| {
        let nearest = search.assign(EmbeddingsRef::new(&rows.units, codec.dim())?);
        fits.extend(nearest.iter().map(|nearest| nearest.dot));
        Ok(())
    })?;
    Ok(fits)
}

fn mean(fits: &[f32]) -> f32 {
    (fits.iter().map(|&fit| f64::from(fit)).sum::<f64>() / fits.len().max(1) as f64) as f32
}

/// At most `most` of the rows that fit worse than `expected`; of all rows if there are fewer such rows.
fn worst_fitting(rows: &Spool, fits: &[f32], expected: f32, most: usize) -> Result<Spool, Error> {
    let mut chosen: Vec<usize> = (0..fits.len()).filter(|&row| fits[row] < expected).collect();
    if chosen.len() < most {
        chosen = (0..fits.len()).collect();
    }
    let step = chosen.len().div_ceil(most.max(1)).max(1);
    rows.sample(&chosen.into_iter().step_by(step).collect::<Vec<_>>())
}
