//! Which score ranks passages.

#[cfg(feature = "words")]
use super::fusion::Fusion;

/// Which score ranks passages.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum RankedBy {
    /// MaxSim.
    #[default]
    LateInteraction,
    /// BM25.
    #[cfg(feature = "words")]
    Words,
    /// Both.
    #[cfg(feature = "words")]
    Both(Fusion),
}

impl RankedBy {
    /// Whether questions are encoded for it.
    pub(super) fn needs_rows(self) -> bool {
        match self {
            Self::LateInteraction => true,
            #[cfg(feature = "words")]
            Self::Words => false,
            #[cfg(feature = "words")]
            Self::Both(_) => true,
        }
    }
}
