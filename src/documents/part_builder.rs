//! Laying out documents as bytes.

use super::part::{MAGIC, VERSION};
use crate::Document;

/// Collects documents with their passages; see [`Part`](super::Part) for the layout.
#[derive(Debug)]
pub(crate) struct PartBuilder {
    first_passage: u64,
    /// First passage of each document.
    starts: Vec<u64>,
    /// Id and metadata of each document.
    headings: Vec<[String; 2]>,
    passages: Vec<String>,
}

impl PartBuilder {
    /// A part whose first passage has the id `first_passage`.
    pub(crate) fn new(first_passage: usize) -> Self {
        let first_passage = first_passage as u64;
        Self { first_passage, starts: vec![], headings: vec![], passages: vec![] }
    }

    /// Adds a document that was split into `passages`, of which there is at least one.
    pub(crate) fn add(&mut self, document: &Document, passages: &[&str]) {
        self.starts.push(self.passages.len() as u64);
        self.headings.push([document.id.clone(), document.metadata.to_string()]);
        self.passages.extend(passages.iter().map(|&passage| passage.into()));
    }

    /// The bytes.
    pub(crate) fn build(self) -> Vec<u8> {
        let (num_documents, num_passages) = (self.headings.len(), self.passages.len());
        let mut by_id: Vec<u64> = (0..num_documents as u64).collect();
        by_id.sort_unstable_by_key(|&document| &self.headings[document as usize][0]);
        let texts: Vec<&String> = self.headings.iter().flatten().chain(&self.passages).collect();
        let mut end = 0;
        let ends = texts.iter().map(|text| {
            end += text.len() as u64;
            end
        });
        let ends: Vec<u64> = std::iter::once(0).chain(ends).collect();

        let mut bytes = MAGIC.to_vec();
        let header = [VERSION, self.first_passage, num_documents as u64, num_passages as u64];
        let starts = self.starts.iter().chain(&header[3..]);
        for word in header.iter().chain(starts).chain(&by_id).chain(&ends) {
            bytes.extend(word.to_le_bytes());
        }
        texts.iter().for_each(|text| bytes.extend(text.as_bytes()));
        bytes
    }
}
