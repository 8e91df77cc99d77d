//! What is left of a part when the texts of its deleted documents are taken out.

use jacolbert_index::PassageId;

use super::part_builder::NO_METADATA;
use super::{Part, PartBuilder};
use crate::Error;

impl<B: AsRef<[u8]>> Part<B> {
    /// The same part without the texts of passages that are not live, and without ids and metadata of
    /// documents that have no live passage; `None` if it holds nothing of that kind. Passages keep
    /// their ids.
    pub(crate) fn erased(
        &self,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        let all = self.first_passage()..self.first_passage() + self.num_passages();
        let is_live = |passage: usize| is_live(PassageId(passage as u32));
        if all.clone().all(is_live) {
            return Ok(None);
        }
        let mut builder = PartBuilder::new(all.start);
        let (mut next, mut num_erased) = (all.start, 0);
        for document in 0..self.num_documents() {
            let passages = self.passages(document)?;
            let passages = passages.start as usize..passages.end as usize;
            if passages.start != next {
                return Err(self.corrupt(format!("passages of document {document}")));
            }
            next = passages.end;
            num_erased += self.keep(document, passages, &is_live, &mut builder)?;
        }
        if next != all.end {
            return Err(self.corrupt("passages of no document"));
        }
        Ok((num_erased > 0).then(|| builder.build()))
    }

    /// Adds to `builder` what stays of a document; returns the number of texts that do not.
    fn keep(
        &self,
        document: usize,
        passages: std::ops::Range<usize>,
        is_live: &dyn Fn(usize) -> bool,
        builder: &mut PartBuilder,
    ) -> Result<usize, Error> {
        let (id, metadata) = (self.id_of(document)?, self.metadata_of(document)?);
        let texts = passages.clone().map(|passage| self.text_of(passage));
        let mut texts = texts.collect::<Result<Vec<_>, Error>>()?;
        let mut num_erased = 0;
        for (text, passage) in texts.iter_mut().zip(passages.clone()) {
            if !is_live(passage) {
                num_erased += usize::from(!text.is_empty());
                *text = "";
            }
        }
        if passages.clone().any(is_live) {
            builder.add(id, metadata, texts);
        } else {
            num_erased += usize::from(!id.is_empty()) + usize::from(metadata != NO_METADATA);
            builder.add_deleted(passages.len());
        }
        Ok(num_erased)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::Passage;
    use super::*;

    type Tested = Result<(), Error>;

    fn open(bytes: &[u8]) -> Result<Part<&[u8]>, Error> {
        Part::new(Path::new("part"), bytes)
    }

    /// Passages 5 to 10: two of `b`, one of `a`, three of `c`.
    fn part() -> Vec<u8> {
        let mut builder = PartBuilder::new(5);
        builder.add("b", "[1]", ["b0", "b1"]);
        builder.add("a", "null", ["a0"]);
        builder.add("c", "{}", ["c0", "c1", "c2"]);
        builder.build()
    }

    fn without(part: &[u8], deleted: &[u32]) -> Result<Option<Vec<u8>>, Error> {
        open(part)?.erased(&|passage| !deleted.contains(&passage.0))
    }

    #[test]
    fn a_part_without_deletions_stays_as_it_is() -> Tested {
        assert_eq!(without(&part(), &[4, 11])?, None);
        Ok(())
    }

    #[test]
    fn deleted_documents_leave_only_the_ids_of_their_passages() -> Tested {
        let left = without(&part(), &[5, 6, 7, 9])?.expect("something is deleted");
        let left = open(&left)?;
        let passage = |text, document_id, metadata| Passage { text, document_id, metadata };
        assert_eq!((left.first_passage(), left.num_passages(), left.num_documents()), (5, 6, 2));
        assert!(left.passages_of("b")?.is_empty());
        assert!(left.passages_of("a")?.is_empty());
        assert_eq!(left.passages_of("c")?, [8, 9, 10]);
        assert_eq!(left.passage(6)?, passage("", "", "null"));
        assert_eq!(left.passage(8)?, passage("c0", "c", "{}"));
        assert_eq!(left.passage(9)?, passage("", "c", "{}"));
        Ok(())
    }

    #[test]
    fn what_is_erased_once_is_not_erased_again() -> Tested {
        let deleted = [5, 6, 9];
        let once = without(&part(), &deleted)?.expect("something is deleted");
        assert_eq!(without(&once, &deleted)?, None);
        let twice = without(&once, &[5, 6, 7, 9])?.expect("one more is deleted");
        assert_eq!(Some(twice), without(&part(), &[5, 6, 7, 9])?, "in any order");
        Ok(())
    }

    #[test]
    fn passages_that_do_not_follow_each_other_are_damage() -> Tested {
        for (word, value) in [(5, 1), (6, 4), (8, 5)] {
            let mut bad = part();
            bad[8 * word..][..8].copy_from_slice(&u64::to_le_bytes(value));
            let erased = without(&bad, &[5]);
            assert!(matches!(erased, Err(Error::Corrupt { .. })), "word {word}: {erased:?}");
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_live_is_read_as_before(
            documents in prop::collection::vec(("[a-c]{1,2}", "[あ-う]{0,2}", 1usize..4), 0..8),
            deleted in prop::collection::hash_set(0u32..20, 0..20),
        ) {
            let mut builder = PartBuilder::new(0);
            for (id, text, n) in &documents {
                builder.add(id, "7", std::iter::repeat_n(text.as_str(), *n));
            }
            let before = builder.build();
            let is_live = |passage: PassageId| !deleted.contains(&passage.0);
            let part = open(&before)?;
            let after = part.erased(&is_live)?.unwrap_or_else(|| before.clone());
            let left = open(&after)?;
            prop_assert_eq!(left.num_passages(), part.num_passages());
            for passage in 0..part.num_passages() {
                let (now, then) = (left.passage(passage)?, part.passage(passage)?);
                if is_live(PassageId(passage as u32)) {
                    prop_assert_eq!(now, then);
                } else {
                    prop_assert_eq!(now.text, "");
                }
            }
        }
    }
}
