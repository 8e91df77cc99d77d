//! Rankings: the scored documents of one query.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::id_set::IdSet;
use crate::origin::Origin;
use crate::{Error, TieRule};

/// The scored documents of one query.
#[derive(Clone, Default, PartialEq)]
pub struct Ranking {
    documents: IdSet,
    scores: Vec<f64>,
}

impl Ranking {
    /// Number of documents.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there are no documents.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The documents and their scores, in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        self.documents.iter().zip(self.scores.iter().copied())
    }

    /// The documents and their scores, highest score first.
    pub fn best_first(&self, ties: TieRule) -> Vec<(&str, f64)> {
        let mut results: Vec<_> = self.iter().collect();
        match ties {
            TieRule::InputOrder => results.sort_by(|a, b| b.1.total_cmp(&a.1)),
            TieRule::DocumentDescending => results.sort_unstable_by(|a, b| {
                (b.1 as f32).total_cmp(&(a.1 as f32)).then_with(|| b.0.cmp(a.0))
            }),
        }
        results
    }

    /// Whether a document is there.
    pub(crate) fn contains(&self, document: &str) -> bool {
        self.documents.position(document).is_some()
    }

    /// The documents, in the order of the input.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &str> {
        self.documents.iter()
    }

    /// Adds a document, whose id is checked.
    pub(crate) fn push(&mut self, document: &str, score: f64) -> Result<(), RankingFault> {
        if !score.is_finite() {
            return Err(RankingFault::NonFinite(score));
        }
        self.documents.insert(document).map_err(|_| RankingFault::Duplicate)?;
        // Adding zero turns -0.0 into 0.0, which `total_cmp` would order below it.
        self.scores.push(score + 0.0);
        Ok(())
    }
}

impl fmt::Debug for Ranking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `{"document": score}`.
impl Serialize for Ranking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Why a ranking refused a result.
pub(crate) enum RankingFault {
    NonFinite(f64),
    Duplicate,
}

impl RankingFault {
    pub(crate) fn into_error(self, query: &str, document: &str) -> Error {
        let origin = Origin::Memory;
        let query = query.to_owned();
        let document = document.to_owned();
        match self {
            Self::NonFinite(score) => Error::NonFiniteScore { origin, query, document, score },
            Self::Duplicate => Error::DuplicateDocument { origin, query, document },
        }
    }
}
