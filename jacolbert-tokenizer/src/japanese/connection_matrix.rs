//! `matrix.bin`: the cost of two words being neighbours.
//!
//! | bytes | field |
//! |---|---|
//! | 0..2 | left size `l`, u16: right ids of the previous word |
//! | 2..4 | right size `r`, u16: left ids of the next word |
//! | 4..4+2lr | costs i16; that of right id `p` before left id `n` is number `p + l n` |

use std::path::PathBuf;

use super::dictionary_file::DictionaryFile;
use super::word_file::WordFile;
use crate::Error;

const HEADER_BYTES: usize = 4;

/// The validated matrix in a mapped file.
#[derive(Debug)]
pub(super) struct ConnectionMatrix {
    file: DictionaryFile,
    left_size: u16,
    right_size: u16,
}

/// The costs of all right ids of a previous word before one left id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(&'a [[u8; 2]]);

impl ConnectionMatrix {
    /// Maps the file and checks its sizes against its length.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let file = DictionaryFile::open(path)?;
        let left_size = u16::from_le_bytes(file.field("left size", 0)?);
        let right_size = u16::from_le_bytes(file.field("right size", 2)?);
        let costs = 2 * u64::from(left_size) * u64::from(right_size);
        let len = file.bytes().len() as u64;
        file.check_size("length", len, HEADER_BYTES as u64 + costs)?;
        for (field, size) in [("left size", left_size), ("right size", right_size)] {
            // The ends of a sentence have id 0, which an empty matrix lacks.
            file.check_size(field, u64::from(size), u64::from(size.max(1)))?;
        }
        Ok(Self { file, left_size, right_size })
    }

    /// Checks that `words` was compiled for a matrix of these sizes.
    pub(super) fn check(&self, words: &WordFile) -> Result<(), Error> {
        let file = words.file();
        file.check_size("left size", words.left_size().into(), self.left_size.into())?;
        file.check_size("right size", words.right_size().into(), self.right_size.into())
    }

    /// Number of right ids that a previous word may have.
    pub(super) fn left_size(&self) -> u16 {
        self.left_size
    }

    /// Number of left ids that a next word may have.
    pub(super) fn right_size(&self) -> u16 {
        self.right_size
    }

    /// The costs before `left_id`; an id outside of the matrix has an empty row.
    #[inline]
    pub(super) fn row(&self, left_id: u16) -> Row<'_> {
        let size = usize::from(self.left_size);
        let costs = self.file.bytes()[HEADER_BYTES..].as_chunks().0;
        let start = size * usize::from(left_id);
        Row(costs.get(start..start + size).unwrap_or_default())
    }
}

impl Row<'_> {
    /// The cost after `right_id`, 0 if the matrix has no such id.
    #[inline]
    pub(super) fn cost(self, right_id: u16) -> i64 {
        self.0.get(usize::from(right_id)).map_or(0, |cost| i64::from(i16::from_le_bytes(*cost)))
    }
}
