//! Three-valued logic.

use std::cmp::Ordering;

/// What a condition says about a document. The order is that in which AND takes the least and OR the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    /// There is no answer, since a value is null.
    Unknown,
    True,
}

impl Truth {
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    /// Unknown where there is no ordering.
    pub(super) fn of_ordering(
        ordering: Option<Ordering>,
        holds: impl FnOnce(Ordering) -> bool,
    ) -> Self {
        ordering.map_or(Self::Unknown, |ordering| holds(ordering).into())
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
