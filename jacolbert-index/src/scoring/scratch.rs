//! Memory that is used again for every passage that is scored.

use super::packed_query::PackedQuery;
use crate::kernels::{ByteDots, LANES, Lanes, row_len};

/// Tokens that are scored together; their products stay in the first-level cache.
pub(crate) const TOKENS_PER_BLOCK: usize = 24;

/// Products and rows of the passage that is being scored.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) dots: Vec<ByteDots>,
    /// Rows of a block, as bytes.
    pub(crate) rows: Vec<u8>,
    /// The largest product of each query token so far.
    pub(crate) best: Vec<Lanes>,
    /// The scale of each token's residual.
    pub(crate) scales: Vec<f32>,
    /// The factor of each token.
    pub(crate) factors: Vec<f32>,
    /// Whether a token may be the best of its passage for a query token.
    pub(crate) reached: Vec<bool>,
    /// Numbers of the tokens that may be the best.
    pub(crate) contenders: Vec<usize>,
}

impl Scratch {
    /// Memory for passages that are scored for `query`.
    pub(super) fn new(query: &PackedQuery) -> Self {
        Self {
            dots: vec![[0; LANES]; TOKENS_PER_BLOCK],
            rows: vec![0; TOKENS_PER_BLOCK * row_len(query.dim())],
            best: vec![[0.0; LANES]; query.bytes.iter().len()],
            scales: Vec::new(),
            factors: Vec::new(),
            reached: Vec::new(),
            contenders: Vec::new(),
        }
    }

    /// Forgets the previous passage.
    pub(crate) fn reset(&mut self) {
        self.best.fill([f32::NEG_INFINITY; LANES]);
    }

    /// The score: the sum over the query tokens of their largest products.
    pub(crate) fn sum(&self, query: &PackedQuery) -> f32 {
        let panels = query.bytes.iter().zip(&self.best);
        let sums = panels.map(|(panel, best)| {
            best.iter().zip(&panel.scales).map(|(best, scale)| best * scale).sum::<f32>()
        });
        sums.sum()
    }
}
