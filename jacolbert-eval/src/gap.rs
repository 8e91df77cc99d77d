//! What a query lacks.

use std::fmt;

/// What a query lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// The run has no results for it.
    Unanswered,
    /// The qrels have no judgements of it.
    Unjudged,
    /// No document is judged relevant for it.
    Irrelevant,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unanswered => "has no results",
            Self::Unjudged => "has no judgements",
            Self::Irrelevant => "has no relevant document",
        })
    }
}
