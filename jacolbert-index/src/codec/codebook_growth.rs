//! More centroids for tokens that the codebook does not fit, or was not made for so many of.

use std::ops::ControlFlow;

use super::kmeans::spherical_kmeans;
use super::nearest_centroids::NearestCentroids;
use super::residual_codec::ResidualCodec;
use crate::storage::{ROWS_PER_BLOCK, Spool};
use crate::{BuildOptions, EmbeddingsRef, Error};

/// How well a codebook fits tokens that it was not made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodebookFit {
    /// Number of those tokens.
    pub num_tokens: usize,
    /// Mean dot product of them with their centroids, each of length 1, as the codebook was.
    pub before: f32,
    /// The same as it is now.
    pub after: f32,
    /// What it is for the tokens that the codebook was made for; see [`ResidualCodec::fit`].
    pub expected: f32,
    /// Centroids that were added because the tokens fitted badly, or because they are so many.
    pub num_centroids_added: usize,
}

/// A fit that is lower than expected by more than this is a bad one. The tokens of passages like those
/// that a codebook was made for lose about .01, since k-means did not see them.
const BAD_FIT: f32 = 0.03;
/// Tokens that an added centroid stands for at least.
const FEWEST_PER_CENTROID: usize = 8;

/// `codec`, with centroids added where `rows` fit it badly or where with them there are so many
/// tokens, `num_tokens`, that it is too small by half.
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
    let rounds = options.kmeans_iterations;
    let seed = options.seed;
    fit.num_centroids_added = fit.num_centroids_added.min(sample.num_rows());
    let added = spherical_kmeans(&sample, fit.num_centroids_added, rounds, seed, &mut |_| {
        ControlFlow::Continue(())
    })?;
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

/// At most `most` of the rows that fit worse than `expected`, or of all if these are few.
fn worst_fitting(rows: &Spool, fits: &[f32], expected: f32, most: usize) -> Result<Spool, Error> {
    let mut chosen: Vec<usize> = (0..fits.len()).filter(|&row| fits[row] < expected).collect();
    if chosen.len() < most {
        chosen = (0..fits.len()).collect();
    }
    let step = chosen.len().div_ceil(most.max(1)).max(1);
    rows.sample(&chosen.into_iter().step_by(step).collect::<Vec<_>>())
}
