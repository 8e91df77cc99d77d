//! Judgements: the graded documents of one query.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::id_set::IdSet;

/// The judged documents of one query and their grades.
#[derive(Clone, Default, PartialEq)]
pub struct Judgements {
    documents: IdSet,
    grades: Vec<i32>,
}

impl Judgements {
    /// Number of judged documents.
    pub fn len(&self) -> usize {
        self.grades.len()
    }

    /// Whether no document is judged.
    pub fn is_empty(&self) -> bool {
        self.grades.is_empty()
    }

    /// The grade of a document, if it is judged.
    pub fn grade(&self, document: &str) -> Option<i32> {
        self.documents.position(document).map(|position| self.grades[position])
    }

    /// Number of documents whose grade reaches a threshold.
    pub fn num_relevant(&self, threshold: i32) -> usize {
        self.grades.iter().filter(|&&grade| grade >= threshold).count()
    }

    /// The documents, in the order of the input.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &str> {
        self.documents.iter()
    }

    /// The documents and their grades, in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, i32)> {
        self.documents.iter().zip(self.grades.iter().copied())
    }

    /// `Err` is the grade that the document has, if it is another one.
    pub(crate) fn insert(&mut self, document: &str, grade: i32) -> Result<(), i32> {
        match self.documents.insert(document) {
            Ok(_) => self.grades.push(grade),
            Err(position) if self.grades[position] != grade => return Err(self.grades[position]),
            Err(_) => {}
        }
        Ok(())
    }
}

impl fmt::Debug for Judgements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `{"document": grade}`.
impl Serialize for Judgements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
