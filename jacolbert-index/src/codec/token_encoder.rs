//! Encoding of tokens as codes.

use half::f16;
use rayon::prelude::*;

use super::bits::Bits;
use super::codes::Codes;
use super::level_sample::root_mean_square;
use super::nearest_centroids::NearestCentroids;
use super::residual_codec::ResidualCodec;
use crate::storage::SpooledRows;
use crate::{EmbeddingsRef, Error};

/// Tokens that one task encodes. Fixed, so that the result does not depend on the number of threads.
const TOKENS_PER_TASK: usize = 1_024;
/// Rounds of choosing the levels for a scale and then the scale for those levels.
const SCALE_ROUNDS: usize = 2;

/// Encodes tokens with a codec.
#[derive(Debug)]
pub(crate) struct TokenEncoder<'c> {
    codec: &'c ResidualCodec,
    centroids: EmbeddingsRef<'c>,
    search: NearestCentroids<'c>,
}

impl<'c> TokenEncoder<'c> {
    /// An encoder for `codec`, of which `centroids` are the [`ResidualCodec::centroids`].
    pub(crate) fn new(
        codec: &'c ResidualCodec,
        centroids: &'c [f32],
        seed: u64,
    ) -> Result<Self, Error> {
        let centroids = EmbeddingsRef::new(centroids, codec.dim())?;
        Ok(Self { codec, centroids, search: NearestCentroids::new(centroids, seed)? })
    }

    /// Encodes `rows` on all cores; also returns the dot product of each with its centroid. The result does
    /// not depend on the number of cores.
    pub(crate) fn encode(&self, rows: &SpooledRows) -> Result<(Codes, Vec<f32>), Error> {
        let dim = self.codec.dim();
        let nearest = self.search.assign(EmbeddingsRef::new(&rows.units, dim)?);
        let parts: Vec<Codes> = rows
            .units
            .par_chunks(TOKENS_PER_TASK * dim)
            .zip(rows.norms.par_chunks(TOKENS_PER_TASK))
            .zip(nearest.par_chunks(TOKENS_PER_TASK))
            .map(|((units, norms), nearest)| {
                let mut task = Task::new(self.codec);
                for ((unit, &norm), nearest) in units.chunks_exact(dim).zip(norms).zip(nearest) {
                    let centroid = self.centroids.row(nearest.centroid as usize);
                    task.encode(unit, norm, nearest.centroid, centroid);
                }
                task.codes
            })
            .collect();
        let mut codes = Codes::default();
        parts.into_iter().for_each(|part| codes.extend(part));
        Ok((codes, nearest.iter().map(|nearest| nearest.dot).collect()))
    }
}

/// The codes of one task, and buffers for one token.
struct Task<'c> {
    codec: &'c ResidualCodec,
    codes: Codes,
    residual: Vec<f32>,
    chosen: Vec<u8>,
}

impl<'c> Task<'c> {
    fn new(codec: &'c ResidualCodec) -> Self {
        let residual = vec![0.0; codec.dim()];
        let chosen = vec![0; codec.dim()];
        Self { codec, codes: Codes::default(), residual, chosen }
    }

    fn encode(&mut self, unit: &[f32], norm: f32, id: u32, centroid: &[f32]) {
        for ((residual, x), c) in self.residual.iter_mut().zip(unit).zip(centroid) {
            *residual = x - c;
        }
        let scale = f16::from_f32(self.quantise());
        let values = self.codec.levels().values();
        let decoded = centroid
            .iter()
            .zip(&self.chosen)
            .map(|(&c, &level)| f64::from(c + f32::from(scale) * values[usize::from(level)]));
        let length = decoded.map(|value| value * value).sum::<f64>().sqrt();
        let factor = if length > 0.0 { f64::from(norm) / length } else { 0.0 };
        self.codes.centroids.push(id);
        self.codes.scales.push(scale);
        self.codes.factors.push(f16::from_f64(factor.min(f64::from(f16::MAX))));
        let bits = self.codec.bits();
        let dim = self.codec.dim();
        pack(&self.chosen, bits, dim, &mut self.codes.residuals);
    }

    /// Chooses the level of each component, and returns the least-squares scale for them.
    fn quantise(&mut self) -> f32 {
        let mut scale = root_mean_square(&self.residual);
        let levels = self.codec.levels();
        levels.nearest(&self.residual, 0.0, &mut self.chosen);
        for _ in 0..SCALE_ROUNDS {
            if scale <= 0.0 {
                break;
            }
            levels.nearest(&self.residual, 1.0 / scale, &mut self.chosen);
            scale = self.least_squares_scale();
        }
        scale.max(0.0)
    }

    fn least_squares_scale(&self) -> f32 {
        let values = self.codec.levels().values();
        let mut product = 0.0f32;
        let mut square = 0.0f32;
        for (&value, &level) in self.residual.iter().zip(&self.chosen) {
            let level = values[usize::from(level)];
            product += value * level;
            square += level * level;
        }
        if square > 0.0 { product / square } else { 0.0 }
    }
}

/// Appends the levels `chosen` of one token to `packed`: byte b holds components b, b + n, b + 2n, ...
/// where n is the number of bytes, the first in its low bits.
pub(crate) fn pack(chosen: &[u8], bits: Bits, dim: usize, packed: &mut Vec<u8>) {
    let start = packed.len();
    let len = bits.packed_len(dim);
    packed.resize(start + len, 0);
    for (part, levels) in chosen.chunks(len).enumerate() {
        for (byte, &level) in packed[start..].iter_mut().zip(levels) {
            *byte |= level << (part * bits.get());
        }
    }
}
