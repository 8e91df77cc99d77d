//! Laying out documents as bytes.

use std::borrow::Cow;

use super::part::{MAGIC, VERSION};

/// Metadata of documents that are gone.
pub(super) const NO_METADATA: &str = "null";

/// Collects documents with their passages; see [`Part`](super::Part) for the layout.
#[derive(Debug)]
pub(crate) struct PartBuilder<'a> {
    first_passage: u64,
    /// First passage of each document.
    starts: Vec<u64>,
    /// Id and metadata of each document.
    headings: Vec<[Cow<'a, str>; 2]>,
    passages: Vec<&'a str>,
}

impl<'a> PartBuilder<'a> {
    /// A part whose first passage has the id `first_passage`.
    pub(crate) fn new(first_passage: usize) -> Self {
        let first_passage = first_passage as u64;
        Self { first_passage, starts: vec![], headings: vec![], passages: vec![] }
    }

    /// Adds a document with its metadata (JSON) that was split into `passages`, of which there is at
    /// least one.
    pub(crate) fn add(
        &mut self,
        id: &'a str,
        metadata: impl Into<Cow<'a, str>>,
        passages: impl IntoIterator<Item = &'a str>,
    ) {
        self.starts.push(self.passages.len() as u64);
        self.headings.push([id.into(), metadata.into()]);
        self.passages.extend(passages);
    }

    /// Adds passages whose documents are gone: only their ids are left.
    pub(crate) fn add_deleted(&mut self, num_passages: usize) {
        let nothing = std::iter::repeat_n("", num_passages);
        match self.headings.last() {
            Some([id, _]) if id.is_empty() => self.passages.extend(nothing),
            _ if num_passages > 0 => self.add("", NO_METADATA, nothing),
            _ => (),
        }
    }

    /// The bytes.
    pub(crate) fn build(self) -> Vec<u8> {
        let (num_documents, num_passages) = (self.headings.len(), self.passages.len());
        let mut by_id: Vec<u64> = (0..num_documents as u64).collect();
        by_id.sort_by_key(|&document| &self.headings[document as usize][0]);
        let headings = self.headings.iter().flatten().map(AsRef::as_ref);
        let texts: Vec<&str> = headings.chain(self.passages.iter().copied()).collect();
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
