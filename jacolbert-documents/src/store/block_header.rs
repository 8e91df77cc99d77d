//! The header of a block of documents: the one place where it is written and parsed.

use std::path::Path;

use crate::Error;

/// First bytes of a block.
const MAGIC: [u8; 8] = *b"JaColDoc";
/// Version of the layout that is written.
const VERSION: u64 = 2;
/// In version 1 the passages of a block are numbered without gaps: erased ones have an empty text. It has
/// no end id, and no table of the documents' first passages.
const GAPLESS: u64 = 1;

/// The header of a block; see [`DocumentBlock`](super::DocumentBlock) for the whole layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockHeader {
    version: u64,
    /// The first id.
    pub(super) first_id: usize,
    /// The id after the last. Ids between the two may be those of erased passages.
    pub(super) end_id: usize,
    /// Number of documents.
    pub(super) num_documents: usize,
    /// Number of passages.
    pub(super) num_passages: usize,
}

impl BlockHeader {
    /// The header of a block with the ids from `first_id` to before `end_id`.
    pub(super) fn new(
        first_id: usize,
        end_id: usize,
        num_documents: usize,
        num_passages: usize,
    ) -> Self {
        Self { version: VERSION, first_id, end_id, num_documents, num_passages }
    }

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
        let version = field(1)? as u64;
        let counts = match version {
            GAPLESS => [field(2)?, field(2)?.saturating_add(field(4)?), field(3)?, field(4)?],
            VERSION => [field(2)?, field(3)?, field(4)?, field(5)?],
            found => {
                return Err(Error::Version { path: path.into(), found, supported: VERSION });
            }
        };
        let [first_id, end_id, num_documents, num_passages] = counts;
        let header = Self { version, first_id, end_id, num_documents, num_passages };
        if header.checked_len(all) == Some(all.len()) && header.passages_have_ids() {
            Ok(header)
        } else {
            Err(Error::corrupt(path, "lengths of the documents"))
        }
    }

    /// Appends the header to `bytes`, in the present version.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(MAGIC);
        let counts = [self.first_id, self.end_id, self.num_documents, self.num_passages];
        let words = std::iter::once(VERSION).chain(counts.map(|count| count as u64));
        words.for_each(|word| bytes.extend(word.to_le_bytes()));
    }

    /// Word at which the ids of the documents' first passages are listed; `None` where the passages are
    /// numbered without gaps.
    pub(super) fn first_ids(&self) -> Option<usize> {
        (self.version != GAPLESS).then(|| self.num_words())
    }

    /// Word at which the documents' first passages are listed, by their place in the block.
    pub(super) fn starts(&self) -> usize {
        self.num_words() + if self.version == GAPLESS { 0 } else { self.num_documents }
    }

    /// Word at which the documents are listed in the order of their ids.
    pub(super) fn by_id(&self) -> usize {
        self.starts() + self.num_documents + 1
    }

    /// Word at which the ends of the texts are listed.
    pub(super) fn ends(&self) -> usize {
        self.by_id() + self.num_documents
    }

    /// Byte at which the texts start.
    pub(super) fn texts(&self) -> usize {
        8 * (self.ends() + self.num_ends())
    }

    /// Words of the header, magic included.
    fn num_words(&self) -> usize {
        if self.version == GAPLESS { 5 } else { 6 }
    }

    fn num_ends(&self) -> usize {
        2 * self.num_documents + self.num_passages + 1
    }

    /// The length that a block `all` with this header must have; `None` where it overflows or `all` is
    /// too short to tell. Once it is right, no sum of the other methods overflows.
    fn checked_len(&self, all: &[u8]) -> Option<usize> {
        let num_ends =
            self.num_documents.checked_mul(2)?.checked_add(self.num_passages)?.checked_add(1)?;
        let ends = self.num_documents.checked_mul(3)?.checked_add(self.num_words() + 1)?;
        ends.checked_add(num_ends)?.checked_mul(8)?;
        let tables = self.ends() + num_ends;
        let last_end = word(all, tables - 1)?;
        tables.checked_mul(8)?.checked_add(last_end)
    }

    fn passages_have_ids(&self) -> bool {
        let num_ids = self.end_id.checked_sub(self.first_id);
        self.end_id <= u32::MAX as usize && num_ids.is_some_and(|n| n >= self.num_passages)
    }
}

/// The word `at` of `bytes`.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at.checked_mul(8)?..)?.first_chunk()?;
    usize::try_from(u64::from_le_bytes(*bytes)).ok()
}
