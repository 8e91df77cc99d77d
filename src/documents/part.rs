//! Documents that were added at once, read in place from bytes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Passage;
use crate::Error;

/// First bytes of a part.
pub(crate) const MAGIC: [u8; 8] = *b"JaColDoc";
/// Version of the layout.
pub(crate) const VERSION: u64 = 1;
/// Numbers of the header, magic included: version, first passage, documents, passages.
const HEADER_WORDS: usize = 5;

/// A part, whose lengths have been checked; its texts are checked where they are read.
///
/// A document may be there more than once, each time with passages that follow each other. One without
/// an id stands for passages whose documents are gone.
///
/// | `u64` words, little endian | what |
/// |---|---|
/// | 1 | magic `JaColDoc` |
/// | 1 | version |
/// | 1 | id of the first passage |
/// | 1, 1 | number of documents n, number of passages m |
/// | n + 1 | first passage of each document, then m |
/// | n | documents in the order of their ids |
/// | 2n + m + 1 | ends of the texts: 0, each document's id and metadata (JSON), each passage |
///
/// Then the texts, one after the other, UTF-8.
#[derive(Debug)]
pub(crate) struct Part<B> {
    path: PathBuf,
    bytes: B,
    first_passage: usize,
    num_documents: usize,
    num_passages: usize,
    /// Word at which each table starts.
    by_id: usize,
    ends: usize,
    /// Byte at which the texts start.
    texts: usize,
}

impl<B: AsRef<[u8]>> Part<B> {
    /// Checks the header of `bytes`; `path` is for messages.
    pub(crate) fn new(path: &Path, bytes: B) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(path, what);
        let all = bytes.as_ref();
        if all.get(..8) != Some(&MAGIC) {
            return Err(corrupt("not documents"));
        }
        let header = |at: usize| word(all, at).ok_or_else(|| corrupt("header is cut short"));
        if header(1)? != VERSION as usize {
            return Err(corrupt("version of the documents"));
        }
        let (first_passage, num_documents, num_passages) = (header(2)?, header(3)?, header(4)?);
        let layout = || {
            let by_id = HEADER_WORDS.checked_add(num_documents)?.checked_add(1)?;
            let ends = by_id.checked_add(num_documents)?;
            let num_ends =
                num_documents.checked_mul(2)?.checked_add(num_passages)?.checked_add(1)?;
            let texts = ends.checked_add(num_ends)?.checked_mul(8)?;
            let last = texts.checked_add(word(all, ends + num_ends - 1)?)?;
            (last == all.len() && first_passage.checked_add(num_passages)? <= u32::MAX as usize)
                .then_some((by_id, ends, texts))
        };
        let (by_id, ends, texts) = layout().ok_or_else(|| corrupt("lengths of the documents"))?;
        let path = path.into();
        Ok(Self { path, bytes, first_passage, num_documents, num_passages, by_id, ends, texts })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// What holds the bytes.
    pub(crate) fn source(&self) -> &B {
        &self.bytes
    }

    pub(crate) fn num_documents(&self) -> usize {
        self.num_documents
    }

    pub(crate) fn first_passage(&self) -> usize {
        self.first_passage
    }

    pub(crate) fn num_passages(&self) -> usize {
        self.num_passages
    }

    /// The passage with the id `passage`, which must be one of this part.
    pub(crate) fn passage(&self, passage: usize) -> Result<Passage<'_>, Error> {
        let document = self.document_of(passage - self.first_passage)?;
        Ok(Passage {
            text: self.text_of(passage)?,
            document_id: self.id_of(document)?,
            metadata: self.metadata_of(document)?,
        })
    }

    /// Ids of the passages of the document with this id; none if the part does not have it.
    pub(crate) fn passages_of(&self, document_id: &str) -> Result<Vec<u32>, Error> {
        let (mut low, mut high) = (0, self.num_documents);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.id_of(self.by_id(middle)?)? < document_id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        while low < self.num_documents && self.id_of(self.by_id(low)?)? == document_id {
            found.extend(self.passages(self.by_id(low)?)?);
            low += 1;
            if found.len() > self.num_passages {
                return Err(self.corrupt("documents in the order of their ids"));
            }
        }
        Ok(found)
    }

    /// Ids of the passages of the document at `document`, in the order of adding.
    pub(super) fn passages(&self, document: usize) -> Result<Range<u32>, Error> {
        let start = self.word(HEADER_WORDS + document)?;
        let end = self.word(HEADER_WORDS + document + 1)?;
        if start > end || end > self.num_passages {
            return Err(self.corrupt(format!("passages of document {document}")));
        }
        Ok((self.first_passage + start) as u32..(self.first_passage + end) as u32)
    }

    /// The id of the document at `document`.
    pub(super) fn id_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2))
    }

    /// The metadata of the document at `document`, JSON.
    pub(super) fn metadata_of(&self, document: usize) -> Result<&str, Error> {
        self.text(document.saturating_mul(2).saturating_add(1))
    }

    /// The text of the passage with the id `passage`, which must be one of this part.
    pub(super) fn text_of(&self, passage: usize) -> Result<&str, Error> {
        self.text(2 * self.num_documents + (passage - self.first_passage))
    }

    /// The document whose id is the one at `place` in the order of the ids.
    fn by_id(&self, place: usize) -> Result<usize, Error> {
        self.word(self.by_id + place)
    }

    /// The document that the passage at `position` is a part of: the last that starts at or
    /// before it.
    fn document_of(&self, position: usize) -> Result<usize, Error> {
        let (mut low, mut high) = (0, self.num_documents);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.word(HEADER_WORDS + middle)? <= position {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).ok_or_else(|| self.corrupt(format!("document of passage {position}")))
    }

    fn text(&self, at: usize) -> Result<&str, Error> {
        let start = self.word(self.ends.saturating_add(at))?.checked_add(self.texts);
        let end = self.word(self.ends.saturating_add(at).saturating_add(1))?;
        let range = start.zip(end.checked_add(self.texts));
        range
            .and_then(|(start, end)| self.bytes.as_ref().get(start..end))
            .and_then(|text| std::str::from_utf8(text).ok())
            .ok_or_else(|| self.corrupt(format!("text {at}")))
    }

    fn word(&self, at: usize) -> Result<usize, Error> {
        word(self.bytes.as_ref(), at).ok_or_else(|| self.corrupt(format!("word {at}")))
    }

    pub(super) fn corrupt(&self, what: impl Into<String>) -> Error {
        Error::corrupt(&self.path, what)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at.checked_mul(8)?..)?.first_chunk()?;
    usize::try_from(u64::from_le_bytes(*bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::super::PartBuilder;
    use super::*;

    fn part() -> Vec<u8> {
        let mut builder = PartBuilder::new(7);
        builder.add("b", "[1]", ["一", "二"]);
        builder.add_deleted(1);
        builder.add("あ", "null", ["三"]);
        builder.build()
    }

    fn open(bytes: &[u8]) -> Result<Part<&[u8]>, Error> {
        Part::new(Path::new("part"), bytes)
    }

    #[test]
    fn documents_come_back() -> Result<(), Error> {
        let bytes = part();
        let part = open(&bytes)?;
        let passage = |text, document_id, metadata| Passage { text, document_id, metadata };
        assert_eq!((part.first_passage(), part.num_passages()), (7, 4));
        assert_eq!(part.passage(8)?, passage("二", "b", "[1]"));
        assert_eq!(part.passage(9)?, passage("", "", "null"));
        assert_eq!(part.passage(10)?, passage("三", "あ", "null"));
        assert_eq!(part.passages_of("b")?, [7, 8]);
        assert_eq!(part.passages_of("あ")?, [10]);
        assert!(part.passages_of("c")?.is_empty());
        Ok(())
    }

    #[test]
    fn a_document_in_several_places_has_the_passages_of_all() -> Result<(), Error> {
        let mut builder = PartBuilder::new(2);
        for id in ["b", "a", "b", "c", "b"] {
            builder.add(id, "null", ["", ""]);
        }
        let bytes = builder.build();
        let part = open(&bytes)?;
        assert_eq!(part.passages_of("a")?, [4, 5]);
        assert_eq!(part.passages_of("b")?, [2, 3, 6, 7, 10, 11]);
        assert_eq!(part.passages_of("c")?, [8, 9]);
        assert_eq!(part.passage(7)?.document_id, "b");
        Ok(())
    }

    #[test]
    fn a_document_that_is_listed_again_and_again_is_damage() {
        let mut builder = PartBuilder::new(0);
        builder.add("a", "null", ["", "", ""]);
        builder.add("a", "null", [""]);
        let mut bytes = builder.build();
        let (first, second) = (HEADER_WORDS + 3, HEADER_WORDS + 4);
        bytes.copy_within(8 * first..8 * second, 8 * second);
        let found = open(&bytes).and_then(|part| part.passages_of("a"));
        assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = part();
        for len in 0..bytes.len() {
            assert!(matches!(open(&bytes[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
        }
    }

    #[test]
    fn altered_bytes_never_panic() {
        let good = part();
        for at in 0..good.len() {
            for with in [0x01, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= with;
                if let Ok(part) = open(&bad) {
                    let first = part.first_passage();
                    for passage in first..first + part.num_passages() {
                        let _ = part.passage(passage);
                    }
                    let _ = part.passages_of("b");
                }
            }
        }
    }
}
