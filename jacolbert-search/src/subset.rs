//! A subset of the passages to search among.

use jacolbert_index::PassageId;

/// The passages that [`Searcher::search_among`](crate::Searcher::search_among) may return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassageSubset {
    ids: Vec<PassageId>,
}

impl PassageSubset {
    /// Number of passages.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no passage is in it.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether `passage` is in it.
    pub fn contains(&self, passage: PassageId) -> bool {
        self.ids.binary_search(&passage).is_ok()
    }

    /// The ids of the passages, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PassageId> {
        self.ids.iter().copied()
    }
}

impl FromIterator<PassageId> for PassageSubset {
    fn from_iter<I: IntoIterator<Item = PassageId>>(ids: I) -> Self {
        let mut ids: Vec<PassageId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self { ids }
    }
}
