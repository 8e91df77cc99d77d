//! The deleted passages, as one bit per id.

use crate::storage::{Array, FileKind, KindHeader, KindWords, SectionFile, SectionFileBuilder};
use crate::{Error, PassageId};

/// The deleted passages of an index; passages beyond the last bit are not deleted.
#[derive(Debug, Clone)]
pub(crate) struct Deleted {
    file: SectionFile,
    words: Array<u64>,
    count: usize,
}

/// What the header of the file says.
#[derive(Debug)]
struct DeletedHeader {
    num_words: usize,
    num_deleted: usize,
}

impl KindHeader for DeletedHeader {
    const KIND: FileKind = FileKind::Deleted;

    fn from_words(words: KindWords) -> Result<Self, &'static str> {
        let [num_words, num_deleted, ..] = words;
        let size = |word: u64| usize::try_from(word).map_err(|_| "sizes");
        Ok(Self { num_words: size(num_words)?, num_deleted: size(num_deleted)? })
    }

    fn to_words(&self) -> KindWords {
        [self.num_words as u64, self.num_deleted as u64, 0, 0, 0, 0, 0, 0]
    }
}

impl Deleted {
    pub(crate) fn open(file: SectionFile) -> Result<Self, Error> {
        let DeletedHeader { num_words, num_deleted } = file.header()?;
        let words = file.array("words", num_words)?;
        Ok(Self { words, count: num_deleted, file })
    }

    /// The deletions of `before` and those of `ids`, in memory.
    pub(crate) fn union(before: Option<&Self>, ids: &[PassageId]) -> Result<Self, Error> {
        let mut words = before.map_or_else(Vec::new, |deleted| deleted.words.as_slice().to_vec());
        for id in ids {
            let word = id.index() / 64;
            words.resize(words.len().max(word + 1), 0);
            words[word] |= 1 << (id.index() % 64);
        }
        let num_deleted = words.iter().map(|word| word.count_ones() as usize).sum();
        let header = DeletedHeader { num_words: words.len(), num_deleted };
        let builder = SectionFileBuilder::new(&header).section("words", &words);
        Self::open(builder.build("deletions in memory")?)
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
