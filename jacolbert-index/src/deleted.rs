//! Marks of deleted passages, as one bit per id.

use crate::storage::{Array, FileKind, KindHeader, KindWords, SectionFile, SectionFileBuilder};
use crate::{Error, PassageId};

/// Marks of the deleted passages that segments still store. The marks go when a commit rewrites the
/// segment, so that they never take more room than the stored passages.
///
/// In format 2 the marks stay for ever.
#[derive(Debug, Clone)]
pub(crate) struct Deleted {
    file: SectionFile,
    first_word: usize,
    /// One bit per id, from the id `64 * first_word` on.
    words: Array<u64>,
    count: usize,
}

/// What the header of the file says.
#[derive(Debug)]
struct DeletedHeader {
    num_words: usize,
    num_deleted: usize,
    /// Words of zeros before the first that is stored.
    first_word: usize,
}

impl KindHeader for DeletedHeader {
    const KIND: FileKind = FileKind::Deleted;

    fn from_words(words: KindWords) -> Result<Self, &'static str> {
        let [num_words, num_deleted, first_word, ..] = words;
        let size = |word: u64| usize::try_from(word).map_err(|_| "sizes");
        let header = Self {
            num_words: size(num_words)?,
            num_deleted: size(num_deleted)?,
            first_word: size(first_word)?,
        };
        let end = header.first_word.checked_add(header.num_words);
        if end.is_some_and(|end| end <= LARGEST_WORDS) { Ok(header) } else { Err("sizes") }
    }

    fn to_words(&self) -> KindWords {
        [self.num_words as u64, self.num_deleted as u64, self.first_word as u64, 0, 0, 0, 0, 0]
    }
}

/// Words that hold a bit for every id.
const LARGEST_WORDS: usize = (u32::MAX as usize).div_ceil(64);

impl Deleted {
    pub(crate) fn open(file: SectionFile) -> Result<Self, Error> {
        let DeletedHeader { num_words, num_deleted, first_word } = file.header()?;
        let words = file.array("words", num_words)?;
        Ok(Self { first_word, words, count: num_deleted, file })
    }

    /// Marks of the passages `ids`, ascending, in memory; `None` if there are none.
    pub(crate) fn of(ids: impl IntoIterator<Item = PassageId>) -> Result<Option<Self>, Error> {
        let mut first_word = 0;
        let mut words: Vec<u64> = Vec::new();
        let mut count = 0;
        for id in ids {
            if count == 0 {
                first_word = id.index() / 64;
            }
            let word = id.index() / 64 - first_word;
            words.resize(words.len().max(word + 1), 0);
            words[word] |= 1 << (id.index() % 64);
            count += 1;
        }
        if count == 0 {
            return Ok(None);
        }
        let header = DeletedHeader { num_words: words.len(), num_deleted: count, first_word };
        let builder = SectionFileBuilder::new(&header).section("words", &words);
        Self::open(builder.build("deletions in memory")?).map(Some)
    }

    pub(crate) fn contains(&self, id: PassageId) -> bool {
        let word = (id.index() / 64).checked_sub(self.first_word);
        let word = word.and_then(|word| self.words.as_slice().get(word));
        word.is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    /// The marked passages, ascending.
    pub(crate) fn ids(&self) -> impl Iterator<Item = PassageId> {
        let words = (self.first_word..).zip(self.words.as_slice());
        let marked = words.flat_map(|(number, &word)| {
            let bits = (0..64usize).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| 64 * number + bit)
        });
        marked.map(|id| PassageId(id as u32))
    }

    /// The last marked passage.
    pub(crate) fn last(&self) -> Option<PassageId> {
        let last = self.words.as_slice().iter().enumerate().rfind(|(_, word)| **word != 0);
        let id =
            last.map(|(at, word)| 64 * (self.first_word + at) + 63 - word.leading_zeros() as usize);
        id.map(|id| PassageId(id as u32))
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Reads everything and checks it against the number of ids.
    pub(crate) fn verify(&self, num_ids: usize) -> Result<(), Error> {
        self.file.verify()?;
        let past_the_end = self.ids().any(|id| id.index() >= num_ids);
        if self.ids().count() != self.count || past_the_end {
            return Err(self.file.corrupt("deleted passages that are not there"));
        }
        Ok(())
    }

    pub(crate) fn file(&self) -> &SectionFile {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_those_of_the_ids_wherever_they_begin() -> Result<(), Error> {
        for ids in [vec![0], vec![63, 64], vec![5_000, 5_001, 9_999], vec![u32::MAX - 1]] {
            let ids: Vec<PassageId> = ids.into_iter().map(PassageId).collect();
            let deleted = Deleted::of(ids.iter().copied())?.expect("there are ids");
            assert_eq!(
                (deleted.ids().collect::<Vec<_>>(), deleted.count()),
                (ids.clone(), ids.len())
            );
            assert!(ids.iter().all(|&id| deleted.contains(id)));
            assert!(![1, 62, 4_999, 10_000].iter().any(|&id| deleted.contains(PassageId(id))));
            deleted.verify(u32::MAX as usize)?;
        }
        assert!(Deleted::of([])?.is_none());
        Ok(())
    }

    #[test]
    fn marks_take_the_room_from_the_first_to_the_last() -> Result<(), Error> {
        let few = Deleted::of([PassageId(1_000_000), PassageId(1_000_100)])?.expect("two ids");
        assert!(few.file().bytes().len() < 300, "{} bytes", few.file().bytes().len());
        Ok(())
    }
}
