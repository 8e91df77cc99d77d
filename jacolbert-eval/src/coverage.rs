//! How many queries an evaluation covers.

use serde::Serialize;

use crate::gap::Gap;

/// Numbers of queries: those that were evaluated, and those that lack something; and of dropped results.
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
    /// Results that were dropped from evaluated queries because the document has the id of the query; see
    /// [`EvaluateOptions::ignore_identical_ids`](crate::EvaluateOptions::ignore_identical_ids).
    pub identical: usize,
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
