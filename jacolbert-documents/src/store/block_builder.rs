//! Writing a block of documents.

use super::block_header::{BlockHeader, HEADER_WORDS};

/// Metadata of documents that are erased.
pub(super) const NO_METADATA: &str = "null";

/// Collects documents with their passages for a [`DocumentBlock`](crate::DocumentBlock).
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{DocumentBlockBuilder, Documents};
/// use jacolbert_index::PassageId;
///
/// let mut builder = DocumentBlockBuilder::new(0);
/// builder.add("fuji", r#"{"subject":"地理"}"#, ["富士山は高い。", "登山者が多い。"]);
/// let mut documents = Documents::new();
/// documents.push(Path::new("block"), builder.build())?;
/// assert_eq!(documents.passage(PassageId(1))?.text, "登山者が多い。");
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug)]
pub struct DocumentBlockBuilder {
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

impl DocumentBlockBuilder {
    /// A block whose first passage has the id `first_passage`.
    pub fn new(first_passage: usize) -> Self {
        Self {
            first_passage,
            starts: Vec::new(),
            headings: Texts::default(),
            passages: Texts::default(),
        }
    }

    /// Adds a document with its metadata (JSON) and its `passages`, of which there is at least one.
    pub fn add<'t>(
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

    /// Adds passages of erased documents: only their passage ids are left.
    pub fn add_deleted(&mut self, num_passages: usize) {
        let nothing = std::iter::repeat_n("", num_passages);
        match self.starts.len().checked_sub(1).map(|last| self.id_of(last)) {
            Some("") => nothing.for_each(|text| self.passages.push(text)),
            _ if num_passages > 0 => self.add("", NO_METADATA, nothing),
            _ => (),
        }
    }

    /// Whether no document was added.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Id of the passage that follows the last.
    pub fn next_passage(&self) -> usize {
        self.first_passage + self.passages.len()
    }

    /// Length of the texts so far, in bytes.
    pub fn text_bytes(&self) -> usize {
        self.headings.bytes.len() + self.passages.bytes.len()
    }

    /// The bytes of the block.
    pub fn build(self) -> Vec<u8> {
        let header = BlockHeader {
            first_passage: self.first_passage,
            num_documents: self.starts.len(),
            num_passages: self.passages.len(),
        };
        let mut by_id: Vec<u64> = (0..header.num_documents as u64).collect();
        by_id.sort_by_key(|&document| self.id_of(document as usize));
        let headings_end = self.headings.bytes.len();
        let passage_ends = self.passages.ends.iter().map(|end| headings_end + end);
        let ends = std::iter::once(0).chain(self.headings.ends.iter().copied()).chain(passage_ends);

        let num_words = HEADER_WORDS + 2 + 4 * header.num_documents + header.num_passages;
        let mut bytes = Vec::with_capacity(8 * num_words + self.text_bytes());
        header.write(&mut bytes);
        let starts = self.starts.iter().copied().chain([header.num_passages as u64]);
        let words = starts.chain(by_id).chain(ends.map(|end| end as u64));
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
