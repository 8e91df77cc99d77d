//! Texts, each with a number.

use indexmap::IndexSet;

/// Distinct texts, numbered from 0 in the order of insertion.
#[derive(Debug, Clone, Default)]
pub(super) struct TextSet(IndexSet<Box<str>>);

impl TextSet {
    /// Adds a text if it is new, and returns its number.
    pub(super) fn insert(&mut self, text: &str) -> usize {
        match self.0.get_index_of(text) {
            Some(number) => number,
            None => self.0.insert_full(text.into()).0,
        }
    }

    pub(super) fn number(&self, text: &str) -> Option<usize> {
        self.0.get_index_of(text)
    }

    /// The text with a number from [`insert`](Self::insert).
    pub(super) fn text(&self, number: usize) -> &str {
        &self.0[number]
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}
