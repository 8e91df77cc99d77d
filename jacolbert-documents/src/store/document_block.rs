//! Documents that were added together, read in place from bytes.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::block_header::{BlockHeader, word};
use super::companion_file::CompanionFile;
use crate::Error;

/// A block of documents with their passages, whose lengths have been checked; its texts are checked
/// where they are read.
///
/// A document may be stored more than once, each time with passages whose ids follow each other. Between
/// the ids of two documents there may be those of erased passages, of which nothing is stored.
///
/// | `u64` words, little endian | content |
/// |---|---|
/// | 1 | magic `JaColDoc` |
/// | 1 | version, 2 |
/// | 1, 1 | first passage id of the block, the one after the last |
/// | 1, 1 | number of documents n, number of passages m |
/// | n | id of the first passage of each document |
/// | n + 1 | number of passages before each document, then m |
/// | n | documents in the order of their ids |
/// | 2n + m + 1 | ends of the texts: 0, each document's id and metadata (JSON), each passage |
///
/// Then the texts, one after the other, UTF-8.
///
/// Version 1 has no id after the last and no ids of first passages: every id of the block has a passage, and
/// erased ones are those of a document without an id.
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
    pub(super) header: BlockHeader,
    /// The files beside it.
    pub(super) companions: Vec<CompanionFile<B>>,
    /// Whether a document is stored more than once, as soon as that is known.
    pub(super) repeats: Arc<OnceLock<bool>>,
}

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// Checks the header of `bytes`; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub fn new(path: &Path, bytes: B) -> Result<Self, Error> {
        let header = BlockHeader::parse(path, bytes.as_ref())?;
        let repeats = Arc::default();
        Ok(Self { path: path.into(), bytes, header, companions: Vec::new(), repeats })
    }

    /// Where it lies; for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes, as they were given.
    pub fn bytes(&self) -> &B {
        &self.bytes
    }

    /// The same block, and the files beside it, over borrowed bytes.
    pub(super) fn as_slice(&self) -> DocumentBlock<&[u8]> {
        DocumentBlock {
            path: self.path.clone(),
            bytes: self.bytes.as_ref(),
            header: self.header,
            companions: self.companions.iter().map(CompanionFile::as_slice).collect(),
            repeats: self.repeats.clone(),
        }
    }

    /// Puts a file beside the block, in the place of one of its kind.
    pub(super) fn set_companion(&mut self, file: CompanionFile<B>) {
        self.companions.retain(|other| other.kind() != file.kind());
        self.companions.push(file);
    }

    /// The companion of this kind, if there is one.
    pub(crate) fn companion(&self, kind: &str) -> Option<&CompanionFile<B>> {
        self.companions.iter().find(|file| file.kind() == kind)
    }

    /// Number of documents, deleted ones included.
    pub fn num_documents(&self) -> usize {
        self.header.num_documents
    }

    /// Number of stored passages, deleted ones included.
    pub fn num_passages(&self) -> usize {
        self.header.num_passages
    }

    /// The first passage id.
    pub fn first_id(&self) -> usize {
        self.header.first_id
    }

    /// The passage id after the last.
    pub fn end_id(&self) -> usize {
        self.header.end_id
    }

    /// Number of documents that are not erased.
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

    /// Ids of the passages of the document at `document`, in the order of adding.
    pub(crate) fn passages(&self, document: usize) -> Result<Range<u32>, Error> {
        let first = self.first_id_of(document)?;
        let places = self.places(document)?;
        let end = first.checked_add(places.len());
        match end.filter(|&end| first >= self.header.first_id && end <= self.header.end_id) {
            Some(end) => Ok(first as u32..end as u32),
            None => Err(self.corrupt(format!("passages of document {document}"))),
        }
    }

    /// The id of the document at `document`.
    pub(super) fn id_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2))
    }

    /// The metadata of the document at `document`, JSON.
    pub(crate) fn metadata_of(&self, document: usize) -> Result<&str, Error> {
        match self.metadata_changes()?.and_then(|changes| changes.find(document)) {
            Some(changed) => Ok(changed),
            None => self.written_metadata_of(document),
        }
    }

    /// The metadata of the document at `document` as they were when the block was written, JSON.
    pub(crate) fn written_metadata_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2).saturating_add(1))
    }

    /// The text of the passage with the id `passage`, which must be one of the document at `document`.
    pub(crate) fn text_of(&self, document: usize, passage: usize) -> Result<&str, Error> {
        let places = self.places(document)?;
        let place = passage.checked_sub(self.first_id_of(document)?);
        let place = place.and_then(|place| places.start.checked_add(place));
        match place.filter(|place| places.contains(place)) {
            Some(place) => self.text(2 * self.header.num_documents + place),
            None => Err(self.corrupt(format!("passages of document {document}"))),
        }
    }

    /// Id of the first passage of the document at `document`.
    pub(super) fn first_id_of(&self, document: usize) -> Result<usize, Error> {
        match self.header.first_ids() {
            Some(table) => self.word(table.saturating_add(document)),
            None => {
                let start = self.word(self.header.starts().saturating_add(document))?;
                Ok(self.header.first_id.saturating_add(start))
            }
        }
    }

    /// Places of the passages of the document at `document` among all of the block.
    pub(super) fn places(&self, document: usize) -> Result<Range<usize>, Error> {
        let at = self.header.starts().saturating_add(document);
        let start = self.word(at)?;
        let end = self.word(at.saturating_add(1))?;
        if start > end || end > self.header.num_passages {
            return Err(self.corrupt(format!("passages of document {document}")));
        }
        Ok(start..end)
    }

    pub(super) fn text(&self, at: usize) -> Result<&str, Error> {
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

    pub(super) fn word(&self, at: usize) -> Result<usize, Error> {
        word(self.bytes.as_ref(), at).ok_or_else(|| {
            self.corrupt(format!("the block of documents ends before its word {at}"))
        })
    }

    pub(crate) fn corrupt(&self, what: impl Into<String>) -> Error {
        Error::corrupt(&self.path, what)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DocumentBlockBuilder, StoredPassage};
    use super::*;

    fn block() -> Vec<u8> {
        let mut builder = DocumentBlockBuilder::new(7);
        builder.add("b", "[1]", ["一", "二"]);
        builder.skip(1);
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
        assert_eq!((block.first_id(), block.end_id(), block.num_passages()), (7, 11, 3));
        assert_eq!(block.passage(8)?, Some(passage("二", "b", "[1]")));
        let next = [0, 8, 9, 10, 11].map(|from| block.next_kept(from).ok());
        assert_eq!(
            next,
            [Some(Some(7)), Some(Some(8)), Some(Some(10)), Some(Some(10)), Some(None)]
        );
        assert_eq!([6, 9, 11].map(|id| block.passage(id).ok()), [Some(None); 3]);
        assert_eq!(block.passage(10)?, Some(passage("三", "あ", "null")));
        assert_eq!(block.passages_of("b")?, [7, 8]);
        assert_eq!(block.passages_of("あ")?, [10]);
        assert!(block.passages_of("c")?.is_empty());
        Ok(())
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
        bytes[8] = 3;
        let opened = open(&bytes);
        assert!(matches!(opened, Err(Error::Version { found: 3, supported: 2, .. })), "{opened:?}");
    }

    #[test]
    fn altered_bytes_never_panic() {
        let good = block();
        for at in 0..good.len() {
            for with in [0x01, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= with;
                if let Ok(block) = open(&bad) {
                    for passage in block.first_id()..block.end_id().min(block.first_id() + 99) {
                        let _ = block.passage(passage);
                    }
                    let _ = block.passages_of("b");
                }
            }
        }
    }
}
