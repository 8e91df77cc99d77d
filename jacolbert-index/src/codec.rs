//! The residual codec: a token is its nearest centroid plus a quantised residual.

use std::sync::Arc;

use half::f16;
use rayon::prelude::*;

use crate::codes::Codes;
use crate::kmeans::{nearest_centroids, normalise, spherical_kmeans};
use crate::levels::Levels;
use crate::panels::{Nearest, Panels};
use crate::storage::Array;
use crate::{Bits, BuildConfig, BuildProgress, CodesRef, EmbeddingsRef, Error};

/// Tokens that one task encodes; fixed, so that the number of threads changes nothing.
const TOKENS_PER_TASK: usize = 1_024;
/// Rounds of choosing levels for a scale and the scale for those levels.
const SCALE_ROUNDS: usize = 2;
/// Residual components that the levels are fitted to.
const MAX_LEVEL_SAMPLE: usize = 2_000_000;

/// A codebook of unit centroids `[num_centroids, dim]` and a quantiser for what they miss.
///
/// A token `x` of length `n` is stored as the id of the centroid `c` with the largest dot product
/// with `x / n`, one level `v_d` per component of the residual `x / n - c`, a scale `s` and a factor
/// `f`, and is decoded as
///
/// `f * (c + s * v)` with `s = <x / n - c, v> / <v, v>` and `f = n / |c + s * v|`,
///
/// so that the scale is the least-squares one and the length of the token is kept. The levels are
/// the Lloyd-Max quantiser of the residual components, each in units of its residual's root mean
/// square; the residual codec itself is that of ColBERTv2 (arXiv 2112.01488, section 3.3).
#[derive(Debug, Clone)]
pub struct ResidualCodec {
    centroids: Array<f32>,
    levels: Arc<Levels>,
    bits: Bits,
    dim: usize,
}

impl ResidualCodec {
    /// Fits centroids and levels to `sample`, `[tokens, dim]`, rows of length 1.
    pub(crate) fn trained(
        sample: EmbeddingsRef<'_>,
        num_centroids: usize,
        config: &BuildConfig,
        progress: &mut dyn FnMut(BuildProgress),
    ) -> Self {
        let rounds = config.kmeans_iterations;
        let centroids =
            spherical_kmeans(sample, num_centroids, rounds, config.seed, &mut |round| {
                progress(BuildProgress::Clustering { done: round, of: rounds })
            });
        let levels = Levels::lloyd_max(config.bits, level_sample(sample, &centroids));
        Self::new(Array::copied(&centroids), levels, config.bits, sample.dim())
    }

    pub(crate) fn new(centroids: Array<f32>, levels: Levels, bits: Bits, dim: usize) -> Self {
        Self { centroids, levels: Arc::new(levels), bits, dim }
    }

    /// Length of a token's row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Bits per residual component.
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// Number of centroids.
    pub fn num_centroids(&self) -> usize {
        self.centroids.len() / self.dim
    }

    /// The centroids, `[num_centroids, dim]`, row-major; each of length 1.
    pub fn centroids(&self) -> &[f32] {
        self.centroids.as_slice()
    }

    pub(crate) fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Raises `best[n]` to the largest dot product of row n of `query` with any decoded token of
    /// `codes`: the inner maximum of MaxSim.
    ///
    /// # Panics
    /// If `best` does not have one entry per row of `query`, or the query has another dimension.
    pub(crate) fn best_dots(
        &self,
        query: &Panels,
        codes: CodesRef<'_>,
        best: &mut [f32],
    ) -> Result<(), BadCode> {
        assert_eq!(query.dim(), self.dim, "query and codec have one dimension");
        let mut rows = vec![0.0; TOKENS_PER_DECODE.min(codes.num_tokens()) * self.dim];
        for first in (0..codes.num_tokens()).step_by(TOKENS_PER_DECODE) {
            let tokens = first..codes.num_tokens().min(first + TOKENS_PER_DECODE);
            let rows = &mut rows[..tokens.len() * self.dim];
            for (row, token) in rows.chunks_exact_mut(self.dim).zip(tokens) {
                self.decode_token(codes, token, row)?;
            }
            query.best_dots(rows, best);
        }
        // Damaged centroids or levels: no number comes of them.
        let scored = codes.num_tokens() == 0 || best.iter().all(|best| best.is_finite());
        scored.then_some(()).ok_or(BadCode::NotFinite)
    }

    /// The decoded tokens, `[tokens, dim]`, row-major.
    pub(crate) fn decode(&self, codes: CodesRef<'_>) -> Result<Vec<f32>, BadCode> {
        let mut rows = vec![0.0; codes.num_tokens() * self.dim];
        for (token, row) in rows.chunks_exact_mut(self.dim).enumerate() {
            self.decode_token(codes, token, row)?;
        }
        Ok(rows)
    }

    fn decode_token(
        &self,
        codes: CodesRef<'_>,
        token: usize,
        row: &mut [f32],
    ) -> Result<(), BadCode> {
        let centroid =
            self.centroid(codes.centroids.at(token)).ok_or(BadCode::Centroid { token })?;
        let scale = f32::from(codes.scales[token]);
        let factor = f32::from(codes.factors[token]);
        if !scale.is_finite() || !factor.is_finite() {
            return Err(BadCode::Scale { token });
        }
        let packed_len = self.bits.packed_len(self.dim);
        let packed = &codes.residuals[token * packed_len..(token + 1) * packed_len];
        let values = self.levels.values();
        let mask = values.len() - 1;
        for (part, shift) in (0..8).step_by(self.bits.get()).enumerate() {
            let start = (part * packed_len).min(self.dim);
            let end = (start + packed_len).min(self.dim);
            for ((row, &centroid), &byte) in
                row[start..end].iter_mut().zip(&centroid[start..end]).zip(packed)
            {
                *row = factor * (centroid + scale * values[byte as usize >> shift & mask]);
            }
        }
        Ok(())
    }

    fn centroid(&self, id: usize) -> Option<&[f32]> {
        self.centroids().chunks_exact(self.dim).nth(id)
    }

    /// Encodes `rows`, `[tokens, dim]`, on all cores; the result does not depend on their number.
    ///
    /// # Errors
    /// [`Error::Norm`] where a row is too long to be stored.
    pub(crate) fn encode(
        &self,
        rows: EmbeddingsRef<'_>,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Codes, Error> {
        self.encode_with(&self.centroid_panels(), rows, progress)
    }

    /// The centroids, laid out for encoding.
    pub(crate) fn centroid_panels(&self) -> Panels {
        Panels::of_rows(self.centroids(), self.dim)
    }

    /// As [`encode`](Self::encode), with [`centroid_panels`](Self::centroid_panels) that are there.
    pub(crate) fn encode_with(
        &self,
        panels: &Panels,
        rows: EmbeddingsRef<'_>,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Codes, Error> {
        let mut codes = Codes::default();
        let tokens_per_round = TOKENS_PER_TASK * 64;
        for (round, values) in rows.values().chunks(tokens_per_round * self.dim).enumerate() {
            let encoded: Vec<Result<Codes, Error>> = values
                .par_chunks(TOKENS_PER_TASK * self.dim)
                .enumerate()
                .map(|(task, values)| {
                    let first = round * tokens_per_round + task * TOKENS_PER_TASK;
                    self.encode_task(panels, values, first)
                })
                .collect();
            for part in encoded {
                codes.extend(part?);
            }
            progress(codes.scales.len());
        }
        Ok(codes)
    }

    fn encode_task(&self, panels: &Panels, values: &[f32], first: usize) -> Result<Codes, Error> {
        let mut units = values.to_vec();
        let norms: Vec<f32> = units.chunks_exact_mut(self.dim).map(normalise).collect();
        let mut nearest = vec![Nearest::default(); norms.len()];
        panels.nearest(&units, &mut nearest);
        let mut codes = Codes::default();
        for (at, (unit, nearest)) in units.chunks_exact_mut(self.dim).zip(&nearest).enumerate() {
            let factor = self.encode_token(unit, nearest.row, norms[at], &mut codes);
            if !factor.is_finite() {
                return Err(Error::Norm { token: first + at, norm: norms[at] });
            }
        }
        Ok(codes)
    }

    /// Appends one token, whose direction is `unit`; returns the factor that it is stored with.
    fn encode_token(&self, unit: &mut [f32], centroid: u32, norm: f32, codes: &mut Codes) -> f16 {
        let row = &self.centroids()[centroid as usize * self.dim..][..self.dim];
        unit.iter_mut().zip(row).for_each(|(value, c)| *value -= c);
        let (chosen, scale) = self.quantise(unit);
        let scale = f16::from_f32(scale);
        let decoded = row.iter().zip(&chosen).map(|(&c, &level)| {
            f64::from(c + f32::from(scale) * self.levels.values()[level as usize])
        });
        let length = decoded.map(|value| value * value).sum::<f64>().sqrt();
        let factor = if length > 0.0 { f64::from(norm) / length } else { 0.0 };
        codes.centroids.push(centroid);
        codes.scales.push(scale);
        codes.factors.push(f16::from_f64(factor));
        self.pack(&chosen, &mut codes.residuals);
        f16::from_f64(factor)
    }

    /// The level of each component of `residual`, and the least-squares scale for them.
    fn quantise(&self, residual: &[f32]) -> (Vec<u8>, f32) {
        let mut scale = root_mean_square(residual);
        let mut chosen = vec![self.levels.nearest(0.0); residual.len()];
        for _ in 0..SCALE_ROUNDS {
            if scale <= 0.0 {
                break;
            }
            let inverse = 1.0 / scale;
            for (level, value) in chosen.iter_mut().zip(residual) {
                *level = self.levels.nearest(value * inverse);
            }
            scale = self.least_squares_scale(residual, &chosen);
        }
        (chosen, scale.max(0.0))
    }

    fn least_squares_scale(&self, residual: &[f32], chosen: &[u8]) -> f32 {
        let (mut product, mut square) = (0.0f32, 0.0f32);
        for (&value, &level) in residual.iter().zip(chosen) {
            let level = self.levels.values()[level as usize];
            product += value * level;
            square += level * level;
        }
        if square > 0.0 { product / square } else { 0.0 }
    }

    /// Appends the levels of one token: byte b holds components b, b + n, b + 2n, ... where n is the
    /// number of bytes, the first in its low bits.
    fn pack(&self, chosen: &[u8], packed: &mut Vec<u8>) {
        let start = packed.len();
        let len = self.bits.packed_len(self.dim);
        packed.resize(start + len, 0);
        for (part, levels) in chosen.chunks(len).enumerate() {
            for (byte, &level) in packed[start..].iter_mut().zip(levels) {
                *byte |= level << (part * self.bits.get());
            }
        }
    }
}

/// Tokens that are decoded before they are scored; their rows stay in the first-level cache.
const TOKENS_PER_DECODE: usize = 8;

fn root_mean_square(values: &[f32]) -> f32 {
    (values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32).sqrt()
}

/// What is wrong with the codes of a damaged file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadCode {
    #[error("token {token} has a centroid that the codebook lacks")]
    Centroid { token: usize },
    #[error("token {token} has a scale or factor that is no number")]
    Scale { token: usize },
    #[error("a score is no number")]
    NotFinite,
}

/// Residuals that are shorter than this say nothing of the levels: their tokens are centroids.
const SHORTEST_RESIDUAL: f32 = 1e-3;

/// Residual components of `sample` in units of their token's root mean square.
fn level_sample(sample: EmbeddingsRef<'_>, centroids: &[f32]) -> Vec<f32> {
    let dim = sample.dim();
    let step = (sample.values().len() / MAX_LEVEL_SAMPLE).max(1);
    let rows: Vec<f32> = sample.rows().step_by(step).flatten().copied().collect();
    let rows = sample.with_values(&rows);
    let nearest = nearest_centroids(centroids, rows);
    let mut components = Vec::with_capacity(rows.values().len());
    for (row, nearest) in rows.rows().zip(&nearest) {
        let centroid = &centroids[nearest.row as usize * dim..][..dim];
        let residual: Vec<f32> = row.iter().zip(centroid).map(|(x, c)| x - c).collect();
        let unit = root_mean_square(&residual);
        if unit * (dim as f32).sqrt() > SHORTEST_RESIDUAL {
            components.extend(residual.iter().map(|value| value / unit));
        }
    }
    components
}
