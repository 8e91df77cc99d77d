//! Estimated scores of passages, by the byte kernels.

use super::centroid_scores::CentroidScores;
use super::packed_query::PackedQuery;
use super::scratch::Scratch;
use crate::{Error, Index, Segment};

/// Estimates the scores of an index's passages for one query, from their centroids or in bytes.
///
/// The exact score of a hit comes from [`Index::best_dots`].
#[derive(Debug)]
pub struct Scorer<'a> {
    query: &'a PackedQuery,
    centroid_scores: Option<CentroidScores>,
    scratch: Scratch,
}

impl<'a> Scorer<'a> {
    /// A scorer for `query`; scores all centroids of `index`, if it has any.
    ///
    /// # Panics
    /// If the query has another dimension.
    pub fn new(index: &Index, query: &'a PackedQuery) -> Self {
        assert_eq!(query.dim(), index.dim(), "query and index have one dimension");
        Self {
            query,
            centroid_scores: index.codec().map(|codec| codec.centroid_scores(query)),
            scratch: Scratch::new(query),
        }
    }

    /// Scores of the centroids; `None` if all segments are flat.
    pub fn centroid_scores(&self) -> Option<&CentroidScores> {
        self.centroid_scores.as_ref()
    }

    /// The score of the passage at `position` of a segment if each of its tokens were its centroid, in steps
    /// of [`CentroidScores::coarse_step`]. `None` if the passage has no token, or if the segment is flat.
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

    /// The score of the passage at `position` of a segment by the byte kernels: close to the exact score,
    /// and several times faster. `None` if the passage has no token.
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
