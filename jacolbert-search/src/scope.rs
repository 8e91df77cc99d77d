//! Which passages a search may return.

use jacolbert_index::{Index, Segment};

use crate::PassageSubset;
use crate::candidate::Candidate;

/// The passages that a search is limited to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'s> {
    All,
    Subset(&'s PassageSubset),
}

impl Scope<'_> {
    /// Whether a passage may be a hit: it is within the scope, and not deleted.
    pub(crate) fn admits(self, index: &Index, candidate: Candidate) -> bool {
        let passage = candidate.passage(index);
        let within = match self {
            Self::All => true,
            Self::Subset(subset) => subset.contains(passage),
        };
        within && !index.is_marked_deleted(passage)
    }

    /// All passages of the segments that `wanted` picks, as far as they may be hits.
    pub(crate) fn passages_of(
        self,
        index: &Index,
        wanted: impl Fn(&Segment) -> bool,
    ) -> Vec<Candidate> {
        let segments = index.segments().iter().enumerate().filter(|(_, segment)| wanted(segment));
        let all = segments.flat_map(|(number, segment)| {
            (0..segment.num_passages()).map(move |position| Candidate::new(number, position))
        });
        all.filter(|&candidate| self.admits(index, candidate)).collect()
    }
}
