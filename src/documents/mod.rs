//! The documents of a collection and the passages they were split into.

mod erasure;
mod part;
mod part_builder;

use std::path::Path;

use jacolbert_index::PassageId;

pub(crate) use part::Part;
pub(crate) use part_builder::PartBuilder;

use crate::Error;

/// Documents in the order of adding: parts, each added at once, over bytes that stay where they are.
#[derive(Debug)]
pub(crate) struct Documents<B> {
    parts: Vec<Part<B>>,
}

/// Name under which part `n` is stored.
pub(crate) fn part_name(n: usize) -> String {
    format!("documents-{n}")
}

/// A passage with the document that it is a part of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Passage<'a> {
    pub(crate) text: &'a str,
    pub(crate) document_id: &'a str,
    /// JSON.
    pub(crate) metadata: &'a str,
}

impl<B: AsRef<[u8]>> Documents<B> {
    pub(crate) fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Appends a part, whose passages must follow those of the last one; `path` is for messages.
    pub(crate) fn push(&mut self, path: &Path, bytes: B) -> Result<(), Error> {
        let part = Part::new(path, bytes)?;
        if part.first_passage() != self.num_passages() {
            return Err(Error::corrupt(path, "parts of the documents do not follow each other"));
        }
        self.parts.push(part);
        Ok(())
    }

    pub(crate) fn num_parts(&self) -> usize {
        self.parts.len()
    }

    /// Number of passages, those of deleted documents included.
    pub(crate) fn num_passages(&self) -> usize {
        self.parts.last().map_or(0, |part| part.first_passage() + part.num_passages())
    }

    /// The passage with this id.
    pub(crate) fn passage(&self, passage: PassageId) -> Result<Passage<'_>, Error> {
        self.part_of(passage)?.passage(passage.index())
    }

    /// The passages of every document that ever had this id, those of the latest part first.
    pub(crate) fn passages_of(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let mut passages = Vec::new();
        for part in self.parts.iter().rev() {
            passages.extend(part.passages_of(document_id)?.into_iter().map(PassageId));
        }
        Ok(passages)
    }

    /// The metadata of a passage's document.
    pub(crate) fn metadata(&self, passage: PassageId) -> Result<serde_json::Value, Error> {
        let (part, found) = (self.part_of(passage)?, self.passage(passage)?);
        serde_json::from_str(found.metadata).map_err(|_| {
            Error::corrupt(part.path(), format!("metadata of document {:?}", found.document_id))
        })
    }

    /// Number of documents, deleted ones included.
    pub(crate) fn num_documents(&self) -> usize {
        self.parts.iter().map(Part::num_documents).sum()
    }

    /// The parts, in order.
    pub(crate) fn parts(&self) -> &[Part<B>] {
        &self.parts
    }

    /// The bytes of each part.
    pub(crate) fn part_bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(Part::bytes)
    }

    fn part_of(&self, passage: PassageId) -> Result<&Part<B>, Error> {
        let num_ids = self.num_passages();
        let after = self.parts.partition_point(|part| part.first_passage() <= passage.index());
        let part = after.checked_sub(1).and_then(|at| self.parts.get(at));
        let part = part.filter(|_| passage.index() < num_ids);
        let unknown = jacolbert_index::Error::UnknownPassage { passage, num_ids };
        Ok(part.ok_or(unknown)?)
    }
}
