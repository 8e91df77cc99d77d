//! Writing a block of documents.

use super::block_header::BlockHeader;

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
    first_id: usize,
    /// The id that the next passage gets.
    next_id: usize,
    /// Id of the first passage of each document.
    first_ids: Vec<u64>,
    /// Place of the first passage of each document.
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
            first_id: first_passage,
            next_id: first_passage,
            first_ids: Vec::new(),
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
        self.first_ids.push(self.next_id as u64);
        self.starts.push(self.passages.len() as u64);
        self.headings.push(id);
        self.headings.push(metadata);
        for text in passages {
            self.passages.push(text);
            self.next_id += 1;
        }
    }

    /// Leaves out the next `num_passages` ids, whose passages are erased.
    pub fn skip(&mut self, num_passages: usize) {
        self.next_id += num_passages;
    }

    /// Whether the block has no ids, neither of documents nor of erased passages.
    pub fn is_empty(&self) -> bool {
        self.next_id == self.first_id
    }

    /// Id of the passage that follows the last.
    pub fn next_passage(&self) -> usize {
        self.next_id
    }

    /// Length of the texts so far, in bytes.
    pub fn text_bytes(&self) -> usize {
        self.headings.bytes.len() + self.passages.bytes.len()
    }

    /// The bytes of the block.
    pub fn build(self) -> Vec<u8> {
        let num_documents = self.starts.len();
        let header =
            BlockHeader::new(self.first_id, self.next_id, num_documents, self.passages.len());
        let mut by_id: Vec<u64> = (0..header.num_documents as u64).collect();
        by_id.sort_by_key(|&document| self.id_of(document as usize));
        let headings_end = self.headings.bytes.len();
        let passage_ends = self.passages.ends.iter().map(|end| headings_end + end);
        let ends = std::iter::once(0).chain(self.headings.ends.iter().copied()).chain(passage_ends);

        let mut bytes = Vec::with_capacity(header.texts() + self.text_bytes());
        header.write(&mut bytes);
        let starts = self.starts.iter().copied().chain([header.num_passages as u64]);
        let documents = self.first_ids.iter().copied().chain(starts).chain(by_id);
        let words = documents.chain(ends.map(|end| end as u64));
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
