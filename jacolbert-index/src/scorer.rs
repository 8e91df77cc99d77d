//! Passages scored by the byte kernels.

use crate::byte_rows::row_len;
use crate::kernels::{ByteDots, LANES, Lanes};
use crate::{CentroidScores, Error, Index, PackedQuery, Segment};

/// Scores passages of an index for one query, coarsely and in bytes.
///
/// Both are estimates; the score of a hit is what [`Index::best_dots`] gives.
#[derive(Debug)]
pub struct Scorer<'a> {
    query: &'a PackedQuery,
    centroid_scores: Option<CentroidScores>,
    scratch: Scratch,
}

/// Tokens that are scored at a time; their products stay in the first-level cache.
pub(crate) const TOKENS_PER_BLOCK: usize = 24;

/// What is used again for every passage.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) dots: Vec<ByteDots>,
    /// Rows of a block, as bytes.
    pub(crate) rows: Vec<u8>,
    /// The largest product of each query token so far.
    pub(crate) best: Vec<Lanes>,
    /// Of the tokens of a passage.
    pub(crate) scales: Vec<f32>,
    pub(crate) factors: Vec<f32>,
    /// Whether a token may be the best of its passage for a query token.
    pub(crate) reached: Vec<bool>,
    /// Numbers of those that may.
    pub(crate) contenders: Vec<usize>,
}

impl<'a> Scorer<'a> {
    /// Scores all centroids of `index` for `query`, if it has any.
    ///
    /// # Panics
    /// If the query has another dimension.
    pub fn new(index: &Index, query: &'a PackedQuery) -> Self {
        assert_eq!(query.dim(), index.dim(), "query and index have one dimension");
        Self {
            query,
            centroid_scores: index.codec().map(|codec| codec.centroid_scores(query)),
            scratch: Scratch {
                dots: vec![[0; LANES]; TOKENS_PER_BLOCK],
                rows: vec![0; TOKENS_PER_BLOCK * row_len(index.dim())],
                best: vec![[0.0; LANES]; query.bytes.iter().len()],
                scales: Vec::new(),
                factors: Vec::new(),
                reached: Vec::new(),
                contenders: Vec::new(),
            },
        }
    }

    /// Scores of the centroids; none if all segments are flat.
    pub fn centroid_scores(&self) -> Option<&CentroidScores> {
        self.centroid_scores.as_ref()
    }

    /// What the passage at `position` of a segment of the index promises: a score from the centroids
    /// of its tokens, in steps of [`CentroidScores::coarse_step`]. None if it has no token, or if the
    /// segment is flat.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    ///
    /// # Panics
    /// If there is no such passage.
    pub fn coarse_score(&self, segment: &Segment, position: usize) -> Result<Option<u32>, Error> {
        match &self.centroid_scores {
            Some(scores) => segment.coarse_score(scores, position),
            None => Ok(None),
        }
    }

    /// The score of the passage at `position` of a segment of the index by the byte kernels: close to
    /// the exact one, and several times faster. None if it has no token.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    ///
    /// # Panics
    /// If there is no such passage.
    pub fn byte_score(&mut self, segment: &Segment, position: usize) -> Result<Option<f32>, Error> {
        let scores = self.centroid_scores.as_ref();
        segment.byte_score(self.query, scores, position, &mut self.scratch)
    }
}

impl Scratch {
    /// Forgets the passage before.
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
