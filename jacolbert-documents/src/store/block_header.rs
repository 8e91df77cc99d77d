//! The header of a block of documents: the one place where it is written and parsed.

use std::path::Path;

use crate::Error;

/// First bytes of a block.
const MAGIC: [u8; 8] = *b"JaColDoc";
/// Version of the layout.
const VERSION: u64 = 1;
/// Words of the header, magic included.
pub(super) const HEADER_WORDS: usize = 5;

/// The header of a block; see [`DocumentBlock`](super::DocumentBlock) for the whole layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockHeader {
    /// Id of the first passage.
    pub(super) first_passage: usize,
    /// Number of documents.
    pub(super) num_documents: usize,
    /// Number of passages.
    pub(super) num_passages: usize,
}

impl BlockHeader {
    /// Reads the header of the block `all` and checks that its tables and texts fill the block exactly;
    /// `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub(super) fn parse(path: &Path, all: &[u8]) -> Result<Self, Error> {
        if all.get(..8) != Some(&MAGIC) {
            return Err(Error::corrupt(path, "not documents"));
        }
        let field = |at| word(all, at).ok_or_else(|| Error::corrupt(path, "header is cut short"));
        let found = field(1)? as u64;
        if found != VERSION {
            return Err(Error::Version { path: path.into(), found, supported: VERSION });
        }
        let header =
            Self { first_passage: field(2)?, num_documents: field(3)?, num_passages: field(4)? };
        if header.checked_len(all) == Some(all.len()) && header.passages_have_ids() {
            Ok(header)
        } else {
            Err(Error::corrupt(path, "lengths of the documents"))
        }
    }

    /// Appends the header to `bytes`.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(MAGIC);
        let counts = [self.first_passage, self.num_documents, self.num_passages];
        let words = std::iter::once(VERSION).chain(counts.map(|count| count as u64));
        words.for_each(|word| bytes.extend(word.to_le_bytes()));
    }

    /// Word at which the documents are listed in the order of their ids.
    pub(super) fn by_id(&self) -> usize {
        HEADER_WORDS + self.num_documents + 1
    }

    /// Word at which the ends of the texts are listed.
    pub(super) fn ends(&self) -> usize {
        self.by_id() + self.num_documents
    }

    /// Byte at which the texts start.
    pub(super) fn texts(&self) -> usize {
        8 * (self.ends() + self.num_ends())
    }

    fn num_ends(&self) -> usize {
        2 * self.num_documents + self.num_passages + 1
    }

    /// The length that a block `all` with this header must have; `None` where it overflows or `all` is
    /// too short to tell. Once it is right, no sum of the other methods overflows.
    fn checked_len(&self, all: &[u8]) -> Option<usize> {
        let num_ends =
            self.num_documents.checked_mul(2)?.checked_add(self.num_passages)?.checked_add(1)?;
        let ends = self.num_documents.checked_mul(2)?.checked_add(HEADER_WORDS + 1)?;
        let tables = ends.checked_add(num_ends)?;
        let last_end = word(all, tables - 1)?;
        tables.checked_mul(8)?.checked_add(last_end)
    }

    fn passages_have_ids(&self) -> bool {
        let end = self.first_passage.checked_add(self.num_passages);
        end.is_some_and(|end| end <= u32::MAX as usize)
    }
}

/// The word `at` of `bytes`.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at.checked_mul(8)?..)?.first_chunk()?;
    usize::try_from(u64::from_le_bytes(*bytes)).ok()
}
