//! Which passages are deleted: one bit each.

use std::path::Path;

use crate::storage::{Array, Bytes, FileKind, SectionFile, SectionFileBuilder};
use crate::{Error, PassageId};

/// The deleted passages of an index; passages past the end of the bits are not deleted.
#[derive(Debug, Clone)]
pub(crate) struct Deleted {
    file: SectionFile,
    words: Array<u64>,
    count: usize,
}

impl Deleted {
    pub(crate) fn open(file: SectionFile) -> Result<Self, Error> {
        let words = file.array("words", file.size(0)?)?;
        Ok(Self { words, count: file.size(1)?, file })
    }

    /// The deletions of `before` and those of `ids`, in memory.
    pub(crate) fn with(before: Option<&Self>, ids: &[PassageId]) -> Result<Self, Error> {
        let mut words = before.map_or_else(Vec::new, |deleted| deleted.words.as_slice().to_vec());
        for id in ids {
            let word = id.index() / 64;
            words.resize(words.len().max(word + 1), 0);
            words[word] |= 1 << (id.index() % 64);
        }
        let count: u32 = words.iter().map(|word| word.count_ones()).sum();
        let params = [words.len() as u64, count.into(), 0, 0, 0, 0, 0, 0];
        let builder = SectionFileBuilder::new(FileKind::Deleted, params);
        let image = builder.section("words", &words).build();
        let in_memory = Path::new("deletions in memory");
        Self::open(SectionFile::from_bytes(in_memory, Bytes::Owned(image), FileKind::Deleted)?)
    }

    pub(crate) fn contains(&self, id: PassageId) -> bool {
        let word = self.words.as_slice().get(id.index() / 64);
        word.is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Reads everything and checks it against the number of ids.
    pub(crate) fn verify(&self, num_ids: usize) -> Result<(), Error> {
        self.file.verify()?;
        let words = self.words.as_slice();
        let bits: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        let past_the_end =
            (num_ids..words.len() * 64).any(|id| self.contains(PassageId(id as u32)));
        if bits != self.count || past_the_end {
            return Err(self.file.corrupt("deleted passages that are not there"));
        }
        Ok(())
    }

    pub(crate) fn file(&self) -> &SectionFile {
        &self.file
    }
}
