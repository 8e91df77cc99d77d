//! The residual codec: a token is its nearest centroid plus a quantised residual.

use std::sync::Arc;

use jacolbert_core::simd::Isa;

use super::bits::Bits;
use super::codes::{BadCode, CodesRef};
use super::levels::Levels;
use crate::kernels::{self, from_bytes, row_len};
use crate::storage::{Array, SectionFile};

/// A codebook of centroids `[num_centroids, dim]` and a quantiser of the residuals.
///
/// A token `x` of length `n` is stored as the id of the centroid `c` with the largest dot product
/// with `x / n`, one level `v_d` per component of the residual `x / n - c`, a scale `s` and a factor
/// `f`, and is decoded as
///
/// `f * (c + s * v)` with `s = <x / n - c, v> / <v, v>` and `f = n / |c + s * v|`,
///
/// so that the scale is the least-squares one and the length of the token is kept. The levels are those of
/// the Lloyd-Max quantiser of the residual components, each divided by its residual's root mean square.
/// The residual codec is that of ColBERTv2 (arXiv 2112.01488, section 3.3). Centroids are stored as bytes;
/// residuals are taken from the rounded centroids, which makes up for the rounding.
#[derive(Debug, Clone)]
pub struct ResidualCodec {
    file: SectionFile,
    /// `[num_centroids, row length]`.
    centroids: Array<u8>,
    centroid_scales: Array<f32>,
    levels: Arc<Levels>,
    bits: Bits,
    dim: usize,
    fit: f32,
}

impl ResidualCodec {
    pub(crate) fn new(
        file: SectionFile,
        centroids: Array<u8>,
        centroid_scales: Array<f32>,
        levels: Levels,
        bits: Bits,
        dim: usize,
        fit: f32,
    ) -> Self {
        Self { file, centroids, centroid_scales, levels: Arc::new(levels), bits, dim, fit }
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
        self.centroid_scales.len()
    }

    /// How well the codebook fits the tokens that it was trained on: the mean dot product of the tokens,
    /// scaled to length 1, with their centroids.
    pub fn fit(&self) -> f32 {
        self.fit
    }

    /// All centroids, `[num_centroids, dim]`, row-major; each has a length of about 1.
    pub fn centroids(&self) -> Vec<f32> {
        let mut centroids = vec![0.0; self.num_centroids() * self.dim];
        for (id, centroid) in centroids.chunks_exact_mut(self.dim).enumerate() {
            from_bytes(self.centroid_scales()[id], self.centroid_bytes(id), centroid);
        }
        centroids
    }

    /// Its file, on disk or in memory.
    pub(crate) fn file(&self) -> &SectionFile {
        &self.file
    }

    pub(crate) fn levels(&self) -> &Levels {
        &self.levels
    }

    pub(crate) fn centroid_rows(&self) -> &[u8] {
        self.centroids.as_slice()
    }

    pub(crate) fn centroid_scales(&self) -> &[f32] {
        self.centroid_scales.as_slice()
    }

    fn centroid_bytes(&self, id: usize) -> &[u8] {
        let row_len = row_len(self.dim);
        &self.centroids.as_slice()[id * row_len..(id + 1) * row_len]
    }

    /// Writes the decoded tokens to `rows`, `[tokens, dim]`, row-major.
    pub(crate) fn decode(&self, codes: CodesRef<'_>, rows: &mut [f32]) -> Result<(), BadCode> {
        let isa = Isa::detected();
        let row_len = row_len(self.dim);
        let mut levels = vec![0; codes.num_tokens() * row_len];
        self.unpack(isa, codes.residuals, &mut levels);
        let step = self.levels.step();
        let rows = rows.chunks_exact_mut(self.dim).zip(levels.chunks_exact(row_len));
        for (token, (row, levels)) in rows.enumerate() {
            let id = codes.centroids.at(token);
            let &centroid_scale =
                self.centroid_scales().get(id).ok_or(BadCode::Centroid { token })?;
            let scale = f32::from(codes.scales[token]);
            let factor = f32::from(codes.factors[token]);
            if !(scale.is_finite() && factor.is_finite() && centroid_scale.is_finite()) {
                return Err(BadCode::Scale { token });
            }
            let scales = [centroid_scale, scale * step, factor];
            kernels::decode(isa, self.centroid_bytes(id), levels, scales, row);
        }
        Ok(())
    }

    fn unpack(&self, isa: Isa, packed: &[u8], levels: &mut [u8]) {
        let bytes = self.levels.bytes();
        match self.bits {
            Bits::Eight => levels.copy_from_slice(packed),
            bits => {
                let table = std::array::from_fn(|n| bytes[n % bytes.len()]);
                kernels::unpack(isa, bits.get(), packed, bits.packed_len(self.dim), &table, levels);
            }
        }
    }
}
