//! A query laid out for the kernels, in `f32` and in bytes.

use jacolbert_core::simd::Isa;

use crate::EmbeddingsRef;
use crate::kernels::{BytePanels, Panels};

/// The tokens of a query in the layout of the kernels, to be scored against many passages.
///
/// Candidates are scored in bytes, which rounds their scores slightly; hits are scored in `f32`.
#[derive(Debug, Clone)]
pub struct PackedQuery {
    pub(crate) exact: Panels,
    pub(crate) bytes: BytePanels,
    pub(crate) isa: Isa,
    /// The largest length of a token.
    pub(crate) longest: f32,
}

impl PackedQuery {
    /// Lays out the rows of `query`, `[query tokens, dim]`.
    pub fn new(query: EmbeddingsRef<'_>) -> Self {
        Self {
            exact: Panels::new(query),
            bytes: BytePanels::of_rows(query.values(), query.dim()),
            isa: Isa::detected(),
            longest: query.rows().map(jacolbert_core::norm).fold(0.0, f32::max),
        }
    }

    /// Number of tokens.
    pub fn num_tokens(&self) -> usize {
        self.exact.num_rows()
    }

    /// Length of a token's row.
    pub fn dim(&self) -> usize {
        self.exact.dim()
    }

    /// The rows in `f32`, for exact scores.
    pub fn panels(&self) -> &Panels {
        &self.exact
    }
}
