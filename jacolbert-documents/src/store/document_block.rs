//! Documents that were added together, read in place from bytes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::block_header::{BlockHeader, HEADER_WORDS, word};
use super::stored_passage::StoredPassage;
use crate::Error;

/// A block of documents with their passages, whose lengths have been checked; its texts are checked
/// where they are read.
///
/// A document may be stored more than once, each time with passages that follow each other. A document
/// without an id stands for passages whose documents are deleted and erased.
///
/// | `u64` words, little endian | content |
/// |---|---|
/// | 1 | magic `JaColDoc` |
/// | 1 | version, 1 |
/// | 1 | id of the first passage |
/// | 1, 1 | number of documents n, number of passages m |
/// | n + 1 | first passage of each document, then m |
/// | n | documents in the order of their ids |
/// | 2n + m + 1 | ends of the texts: 0, each document's id and metadata (JSON), each passage |
///
/// Then the texts, one after the other, UTF-8.
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{DocumentBlock, DocumentBlockBuilder};
///
/// let mut builder = DocumentBlockBuilder::new(0);
/// builder.add("fuji", "null", ["富士山は高い。"]);
/// let block = DocumentBlock::new(Path::new("block"), builder.build())?;
/// assert_eq!((block.num_documents(), block.num_passages()), (1, 1));
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DocumentBlock<B> {
    path: PathBuf,
    bytes: B,
    header: BlockHeader,
}

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// Checks the header of `bytes`; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub fn new(path: &Path, bytes: B) -> Result<Self, Error> {
        let header = BlockHeader::parse(path, bytes.as_ref())?;
        Ok(Self { path: path.into(), bytes, header })
    }

    /// Where it lies; for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes, as they were given.
    pub fn bytes(&self) -> &B {
        &self.bytes
    }

    /// Number of documents, deleted ones included.
    pub fn num_documents(&self) -> usize {
        self.header.num_documents
    }

    /// Id of the first passage.
    pub fn first_passage(&self) -> usize {
        self.header.first_passage
    }

    /// Number of passages, deleted ones included.
    pub fn num_passages(&self) -> usize {
        self.header.num_passages
    }

    /// Number of documents that were not [erased](Self::erased).
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn num_kept_documents(&self) -> Result<usize, Error> {
        let mut num_kept = 0;
        for document in 0..self.header.num_documents {
            num_kept += usize::from(!self.id_of(document)?.is_empty());
        }
        Ok(num_kept)
    }

    /// The passage with the id `passage`, which must be one of this block.
    pub(super) fn passage(&self, passage: usize) -> Result<StoredPassage<'_>, Error> {
        let document = self.document_of(passage - self.header.first_passage)?;
        Ok(StoredPassage {
            text: self.text_of(passage)?,
            document_id: self.id_of(document)?,
            metadata: self.metadata_of(document)?,
        })
    }

    /// Ids of the passages of the document with this id; none if the block does not have it.
    pub(super) fn passages_of(&self, document_id: &str) -> Result<Vec<u32>, Error> {
        let mut low = 0;
        let mut high = self.header.num_documents;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.id_of(self.by_id(middle)?)? < document_id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        while low < self.header.num_documents && self.id_of(self.by_id(low)?)? == document_id {
            found.extend(self.passages(self.by_id(low)?)?);
            low += 1;
            if found.len() > self.header.num_passages {
                return Err(self.corrupt("documents in the order of their ids"));
            }
        }
        Ok(found)
    }

    /// Ids of the passages of the document at `document`, in the order of adding.
    pub(super) fn passages(&self, document: usize) -> Result<Range<u32>, Error> {
        let start = self.word(HEADER_WORDS + document)?;
        let end = self.word(HEADER_WORDS + document + 1)?;
        if start > end || end > self.header.num_passages {
            return Err(self.corrupt(format!("passages of document {document}")));
        }
        Ok((self.header.first_passage + start) as u32..(self.header.first_passage + end) as u32)
    }

    /// The id of the document at `document`.
    pub(super) fn id_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2))
    }

    /// The metadata of the document at `document`, JSON.
    pub(super) fn metadata_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2).saturating_add(1))
    }

    /// The text of the passage with the id `passage`, which must be one of this block.
    pub(super) fn text_of(&self, passage: usize) -> Result<&str, Error> {
        self.text(2 * self.header.num_documents + (passage - self.header.first_passage))
    }

    /// The document whose id is the one at `place` in the order of the ids.
    fn by_id(&self, place: usize) -> Result<usize, Error> {
        self.word(self.header.by_id() + place)
    }

    /// The document that the passage at `position` is a part of: the last that starts at or
    /// before it.
    fn document_of(&self, position: usize) -> Result<usize, Error> {
        let mut low = 0;
        let mut high = self.header.num_documents;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.word(HEADER_WORDS + middle)? <= position {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).ok_or_else(|| {
            self.corrupt(format!("the block of documents has no document for passage {position}"))
        })
    }

    fn text(&self, at: usize) -> Result<&str, Error> {
        let start =
            self.word(self.header.ends().saturating_add(at))?.checked_add(self.header.texts());
        let end = self.word(self.header.ends().saturating_add(at).saturating_add(1))?;
        let range = start.zip(end.checked_add(self.header.texts()));
        range
            .and_then(|(start, end)| self.bytes.as_ref().get(start..end))
            .and_then(|text| std::str::from_utf8(text).ok())
            .ok_or_else(|| {
                self.corrupt(format!("text {at} of the block of documents is cut off or not UTF-8"))
            })
    }

    fn word(&self, at: usize) -> Result<usize, Error> {
        word(self.bytes.as_ref(), at).ok_or_else(|| {
            self.corrupt(format!("the block of documents ends before its word {at}"))
        })
    }

    pub(super) fn corrupt(&self, what: impl Into<String>) -> Error {
        Error::corrupt(&self.path, what)
    }
}

#[cfg(test)]
mod tests {
    use super::super::DocumentBlockBuilder;
    use super::*;

    fn block() -> Vec<u8> {
        let mut builder = DocumentBlockBuilder::new(7);
        builder.add("b", "[1]", ["一", "二"]);
        builder.add_deleted(1);
        builder.add("あ", "null", ["三"]);
        builder.build()
    }

    fn open(bytes: &[u8]) -> Result<DocumentBlock<&[u8]>, Error> {
        DocumentBlock::new(Path::new("block"), bytes)
    }

    #[test]
    fn documents_come_back() -> Result<(), Error> {
        let bytes = block();
        let block = open(&bytes)?;
        let passage = |text, document_id, metadata| StoredPassage { text, document_id, metadata };
        assert_eq!((block.first_passage(), block.num_passages()), (7, 4));
        assert_eq!(block.passage(8)?, passage("二", "b", "[1]"));
        assert_eq!(block.passage(9)?, passage("", "", "null"));
        assert_eq!(block.passage(10)?, passage("三", "あ", "null"));
        assert_eq!(block.passages_of("b")?, [7, 8]);
        assert_eq!(block.passages_of("あ")?, [10]);
        assert!(block.passages_of("c")?.is_empty());
        Ok(())
    }

    #[test]
    fn a_document_in_several_places_has_the_passages_of_all() -> Result<(), Error> {
        let mut builder = DocumentBlockBuilder::new(2);
        for id in ["b", "a", "b", "c", "b"] {
            builder.add(id, "null", ["", ""]);
        }
        let bytes = builder.build();
        let block = open(&bytes)?;
        assert_eq!(block.passages_of("a")?, [4, 5]);
        assert_eq!(block.passages_of("b")?, [2, 3, 6, 7, 10, 11]);
        assert_eq!(block.passages_of("c")?, [8, 9]);
        assert_eq!(block.passage(7)?.document_id, "b");
        Ok(())
    }

    #[test]
    fn a_document_that_is_listed_again_and_again_is_damage() {
        let mut builder = DocumentBlockBuilder::new(0);
        builder.add("a", "null", ["", "", ""]);
        builder.add("a", "null", [""]);
        let mut bytes = builder.build();
        let first = HEADER_WORDS + 3;
        let second = HEADER_WORDS + 4;
        bytes.copy_within(8 * first..8 * second, 8 * second);
        let found = open(&bytes).and_then(|block| block.passages_of("a"));
        assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = block();
        for len in 0..bytes.len() {
            assert!(matches!(open(&bytes[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
        }
    }

    #[test]
    fn documents_of_another_version_say_so() {
        let mut bytes = block();
        bytes[8] = 2;
        let opened = open(&bytes);
        assert!(matches!(opened, Err(Error::Version { found: 2, supported: 1, .. })), "{opened:?}");
    }

    #[test]
    fn altered_bytes_never_panic() {
        let good = block();
        for at in 0..good.len() {
            for with in [0x01, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= with;
                if let Ok(block) = open(&bad) {
                    let first = block.first_passage();
                    for passage in first..first + block.num_passages() {
                        let _ = block.passage(passage);
                    }
                    let _ = block.passages_of("b");
                }
            }
        }
    }
}
