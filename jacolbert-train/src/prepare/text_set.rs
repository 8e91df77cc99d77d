//! Texts, each with a number.

use indexmap::IndexSet;

use crate::data::RowFault;

/// Texts without doubles, numbered from 0 in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct TextSet(IndexSet<Box<str>>);

impl TextSet {
    /// The number of a text, which is new or not.
    pub(super) fn insert(&mut self, text: &str) -> Result<usize, RowFault> {
        if text.trim().is_empty() {
            return Err(RowFault::EmptyText);
        }
        match self.0.get_index_of(text) {
            Some(number) => Ok(number),
            None => Ok(self.0.insert_full(text.into()).0),
        }
    }

    pub(super) fn number(&self, text: &str) -> Option<usize> {
        self.0.get_index_of(text)
    }

    /// The text with a number that [`insert`](Self::insert) gave.
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
