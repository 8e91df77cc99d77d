//! Tokens as exact rows, collected for a flat segment.

use jacolbert_core::normalise;

use super::flat::FlatRowsRef;
use crate::EmbeddingsRef;
use crate::kernels::{from_bytes, row_len, to_bytes};
use crate::storage::SpooledRows;

/// Rows as bytes, `[tokens, row length]`, and one scale per token.
#[derive(Debug, Default)]
pub(crate) struct FlatRows {
    rows: Vec<u8>,
    scales: Vec<f32>,
}

impl FlatRows {
    pub(crate) fn push(&mut self, rows: EmbeddingsRef<'_>) {
        rows.rows().for_each(|row| self.push_row(row, 1.0));
    }

    /// Adds the row `unit`, times `norm`.
    pub(crate) fn push_row(&mut self, unit: &[f32], norm: f32) {
        let start = self.rows.len();
        self.rows.resize(start + row_len(unit.len()), 0);
        self.scales.push(norm * to_bytes(unit, &mut self.rows[start..]));
    }

    pub(crate) fn extend_from(&mut self, parts: FlatRowsRef<'_>) {
        self.rows.extend_from_slice(parts.rows);
        self.scales.extend_from_slice(parts.scales);
    }

    pub(crate) fn num_tokens(&self) -> usize {
        self.scales.len()
    }

    pub(crate) fn as_ref(&self) -> FlatRowsRef<'_> {
        FlatRowsRef { rows: &self.rows, scales: &self.scales }
    }
}

impl SpooledRows {
    /// Adds the rows of `parts`, each of `dim` components.
    pub(crate) fn extend_from_flat(&mut self, parts: FlatRowsRef<'_>, dim: usize) {
        for (bytes, &scale) in parts.rows.chunks_exact(row_len(dim)).zip(parts.scales) {
            let start = self.units.len();
            self.units.resize(start + dim, 0.0);
            from_bytes(scale, bytes, &mut self.units[start..]);
            self.norms.push(normalise(&mut self.units[start..]));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.norms.clear();
    }
}
