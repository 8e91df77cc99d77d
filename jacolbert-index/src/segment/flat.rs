//! Tokens as exact rows: one byte per component, and one scale per token.

use std::ops::Range;

use crate::Error;
use crate::codec::BadCode;
use crate::kernels::{self, LANES, Term, from_bytes, row_len};
use crate::scoring::{PackedQuery, Scratch, TOKENS_PER_BLOCK};
use crate::storage::{Array, SectionFile, SectionFileBuilder};

/// The rows of a flat segment; token t is `scales[t] * (rows[t] - 128)`.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    rows: Array<u8>,
    scales: Array<f32>,
    row_len: usize,
}

/// Rows as bytes, `[tokens, row length]`, and one scale per token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FlatRowsRef<'a> {
    pub(crate) rows: &'a [u8],
    pub(crate) scales: &'a [f32],
}

impl<'a> FlatRowsRef<'a> {
    pub(super) fn sections(&self, builder: SectionFileBuilder<'a>) -> SectionFileBuilder<'a> {
        builder.section("rows", self.rows).section("scales", self.scales)
    }
}

/// The scale of any row that may be stored is smaller.
const LARGEST_SCALE: f32 = 1e6;

impl Flat {
    pub(super) fn open(file: &SectionFile, dim: usize, num_tokens: usize) -> Result<Self, Error> {
        let row_len = row_len(dim);
        Ok(Self {
            rows: file.array("rows", file.checked_size(num_tokens, row_len, 0)?)?,
            scales: file.array("scales", num_tokens)?,
            row_len,
        })
    }

    pub(super) fn rows(&self, tokens: Range<usize>) -> FlatRowsRef<'_> {
        FlatRowsRef {
            rows: &self.rows.as_slice()[tokens.start * self.row_len..tokens.end * self.row_len],
            scales: &self.scales.as_slice()[tokens],
        }
    }

    /// The same, after a check that the scales are possible.
    pub(super) fn checked_rows(&self, tokens: Range<usize>) -> Result<FlatRowsRef<'_>, BadCode> {
        let parts = self.rows(tokens);
        let bad = parts.scales.iter().position(|scale| !(0.0..LARGEST_SCALE).contains(scale));
        bad.map_or(Ok(parts), |token| Err(BadCode::Scale { token }))
    }

    /// Raises the best products of `scratch` to those of the tokens.
    pub(super) fn raise(&self, query: &PackedQuery, tokens: Range<usize>, scratch: &mut Scratch) {
        let FlatRowsRef { rows, scales } = self.rows(tokens);
        let blocks = rows.chunks(TOKENS_PER_BLOCK * self.row_len);
        for (rows, scales) in blocks.zip(scales.chunks(TOKENS_PER_BLOCK)) {
            let mut terms = [NOTHING; TOKENS_PER_BLOCK];
            terms.iter_mut().zip(scales).for_each(|(term, &scale)| term.scale = scale);
            let dots = &mut scratch.dots[..scales.len()];
            for (panel, best) in query.bytes.iter().zip(&mut scratch.best) {
                panel.dots(query.isa, rows, dots);
                kernels::raise_best(query.isa, best, dots, &panel.offsets, &terms);
            }
        }
    }

    pub(super) fn decode(
        &self,
        tokens: Range<usize>,
        dim: usize,
        rows: &mut [f32],
    ) -> Result<(), BadCode> {
        let FlatRowsRef { rows: bytes, scales } = self.rows(tokens);
        let stored = bytes.chunks_exact(self.row_len).zip(scales);
        for (token, (row, (bytes, &scale))) in rows.chunks_exact_mut(dim).zip(stored).enumerate() {
            if !scale.is_finite() {
                return Err(BadCode::Scale { token });
            }
            from_bytes(scale, bytes, row);
        }
        Ok(())
    }
}

/// The term of a token without a centroid.
const NOTHING: Term<'static> = Term { base: &[0; LANES], base_scale: 0.0, scale: 0.0, factor: 1.0 };
