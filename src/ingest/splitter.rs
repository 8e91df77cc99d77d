//! What makes passages of a document: a rule, or a function of the program.

use std::fmt;
use std::ops::Range;

use jacolbert_documents::Splitting;

/// How documents become passages.
pub(crate) enum Splitter<'s> {
    /// By a rule, which a collection remembers.
    Rule(Splitting),
    /// By a function of the program: from a text to the byte ranges of its passages.
    Own(OwnSplitter<'s>),
}

pub(crate) type OwnSplitter<'s> = Box<dyn Fn(&str) -> Vec<Range<usize>> + Send + Sync + 's>;

impl Splitter<'_> {
    /// The same, with rules for passages of at most `limit` tokens.
    pub(super) fn clipped(self, limit: usize) -> Self {
        match self {
            Self::Rule(splitting) => Self::Rule(splitting.clipped(limit)),
            own => own,
        }
    }

    /// The rule, if it is one.
    pub(crate) fn rule(&self) -> Option<Splitting> {
        match self {
            Self::Rule(splitting) => Some(*splitting),
            Self::Own(_) => None,
        }
    }
}

impl fmt::Debug for Splitter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(splitting) => splitting.fmt(f),
            Self::Own(_) => f.write_str("Own(..)"),
        }
    }
}
