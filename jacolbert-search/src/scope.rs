//! Which passages a search may return.

use jacolbert_index::{Index, Segment};

use crate::candidate::Candidate;
use crate::{Error, PassageSubset};

/// The passages that a search is limited to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'s> {
    All,
    Subset(&'s PassageSubset),
}

/// With at most so many passages in a subset, the codes of all of them are scored with their residuals.
const MOST_RESCORED: usize = 10_000;

impl Scope<'_> {
    /// Whether there are so few passages that every one of them is worth a look at its residuals.
    pub(crate) fn is_small(self) -> bool {
        matches!(self, Self::Subset(subset) if subset.len() <= MOST_RESCORED)
    }

    /// The share of the passages of `index` that are within the scope, more than 0 and at most 1.
    pub(crate) fn share(self, index: &Index) -> f64 {
        match self {
            Self::All => 1.0,
            Self::Subset(subset) => {
                let num_passages = index.num_passages().max(1);
                subset.len().clamp(1, num_passages) as f64 / num_passages as f64
            }
        }
    }

    /// Whether a passage may be a hit: it is within the scope, and not deleted.
    pub(crate) fn admits(self, index: &Index, candidate: Candidate) -> bool {
        let passage = candidate.passage(index);
        let within = match self {
            Self::All => true,
            Self::Subset(subset) => subset.contains(passage),
        };
        within && !index.is_marked_deleted(passage)
    }

    /// The passages of the segments that `wanted` picks, as far as they may be hits, by ascending ids.
    pub(crate) fn passages_of(
        self,
        index: &Index,
        wanted: impl Fn(&Segment) -> bool,
    ) -> Result<Vec<Candidate>, Error> {
        let segments = index.segments().iter().enumerate().filter(|(_, segment)| wanted(segment));
        let num_stored: usize = segments.clone().map(|(_, segment)| segment.num_passages()).sum();
        if let Self::Subset(subset) = self
            && subset.len() < num_stored
        {
            let present = subset.iter().filter(|&passage| index.contains(passage));
            let located = present.map(|passage| Candidate::locate(index, passage));
            let mut located = located.collect::<Result<Vec<_>, _>>()?;
            located.retain(|candidate| wanted(candidate.segment(index)));
            return Ok(located);
        }
        let stored = segments.flat_map(|(number, segment)| {
            (0..segment.num_passages()).map(move |position| Candidate::new(number, position))
        });
        Ok(stored.filter(|&candidate| self.admits(index, candidate)).collect())
    }
}
