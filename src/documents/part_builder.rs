//! Laying out documents as bytes.

use super::part::{MAGIC, VERSION};

/// Metadata of documents that are gone.
pub(super) const NO_METADATA: &str = "null";

/// Collects documents with their passages; see [`Part`](super::Part) for the layout.
#[derive(Debug)]
pub(crate) struct PartBuilder {
    first_passage: usize,
    /// First passage of each document.
    starts: Vec<u64>,
    /// Id and metadata of each document.
    headings: Texts,
    passages: Texts,
}

/// Texts, one after the other.
#[derive(Debug, Default)]
struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl PartBuilder {
    /// A part whose first passage has the id `first_passage`.
    pub(crate) fn new(first_passage: usize) -> Self {
        let (headings, passages) = (Texts::default(), Texts::default());
        Self { first_passage, starts: Vec::new(), headings, passages }
    }

    /// Adds a document with its metadata (JSON) that was split into `passages`, of which there is at
    /// least one.
    pub(crate) fn add<'t>(
        &mut self,
        id: &str,
        metadata: &str,
        passages: impl IntoIterator<Item = &'t str>,
    ) {
        self.starts.push(self.passages.len() as u64);
        self.headings.push(id);
        self.headings.push(metadata);
        passages.into_iter().for_each(|text| self.passages.push(text));
    }

    /// Adds passages whose documents are gone: only their ids are left.
    pub(crate) fn add_deleted(&mut self, num_passages: usize) {
        let nothing = std::iter::repeat_n("", num_passages);
        match self.starts.len().checked_sub(1).map(|last| self.id_of(last)) {
            Some("") => nothing.for_each(|text| self.passages.push(text)),
            _ if num_passages > 0 => self.add("", NO_METADATA, nothing),
            _ => (),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Id of the passage that follows the last.
    pub(crate) fn next_passage(&self) -> usize {
        self.first_passage + self.passages.len()
    }

    /// Length of the texts so far.
    pub(crate) fn text_bytes(&self) -> usize {
        self.headings.bytes.len() + self.passages.bytes.len()
    }

    /// The bytes.
    pub(crate) fn build(self) -> Vec<u8> {
        let (num_documents, num_passages) = (self.starts.len(), self.passages.len());
        let mut by_id: Vec<u64> = (0..num_documents as u64).collect();
        by_id.sort_by_key(|&document| self.id_of(document as usize));
        let header =
            [VERSION, self.first_passage as u64, num_documents as u64, num_passages as u64];
        let headings_end = self.headings.bytes.len();
        let passage_ends = self.passages.ends.iter().map(|end| headings_end + end);
        let ends = std::iter::once(0).chain(self.headings.ends.iter().copied()).chain(passage_ends);
        let ends = ends.map(|end| end as u64);

        let num_words = 6 + 4 * num_documents + num_passages + 1;
        let mut bytes = Vec::with_capacity(8 * num_words + self.text_bytes());
        bytes.extend(MAGIC);
        let starts = self.starts.iter().chain(&header[3..]);
        let words = header.iter().chain(starts).chain(&by_id).copied().chain(ends);
        words.for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes.extend(self.headings.bytes.as_bytes());
        bytes.extend(self.passages.bytes.as_bytes());
        bytes
    }

    fn id_of(&self, document: usize) -> &str {
        self.headings.get(2 * document)
    }
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text `at`, which must be there.
    fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[at]]
    }
}
