//! How many queries an evaluation covers.

use serde::Serialize;

use crate::error::Gap;

/// Numbers of queries: those that were evaluated, and those that lack something.
///
/// A query that lacks something is counted whether it was evaluated or not; it may lack two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// Queries in the means.
    pub evaluated: usize,
    /// Queries without results in the run.
    pub unanswered: usize,
    /// Queries without a relevant document.
    pub irrelevant: usize,
    /// Queries without judgements.
    pub unjudged: usize,
}

impl Coverage {
    /// The counter of a gap.
    pub(crate) fn count_mut(&mut self, gap: Gap) -> &mut usize {
        match gap {
            Gap::Unanswered => &mut self.unanswered,
            Gap::Irrelevant => &mut self.irrelevant,
            Gap::Unjudged => &mut self.unjudged,
        }
    }
}
