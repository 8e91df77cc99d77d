//! Erasing the texts of deleted documents from a block.

use jacolbert_index::PassageId;

use super::block_builder::{DocumentBlockBuilder, NO_METADATA};
use super::document_block::DocumentBlock;
use crate::Error;

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// The same block without the texts of passages that are not live, and without the ids and metadata
    /// of documents that have no live passage; `None` if there is nothing to erase. Passages keep their
    /// ids.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use jacolbert_documents::{DocumentBlock, DocumentBlockBuilder};
    ///
    /// let mut builder = DocumentBlockBuilder::new(0);
    /// builder.add("fuji", "null", ["富士山"]);
    /// builder.add("biwa", "null", ["琵琶湖"]);
    /// let block = DocumentBlock::new(Path::new("block"), builder.build())?;
    /// assert!(block.erased(&|_| true)?.is_none());
    /// let left = block.erased(&|passage| passage.0 == 1)?.ok_or("one document is erased")?;
    /// assert!(left.len() < block.bytes().len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn erased(&self, is_live: &dyn Fn(PassageId) -> bool) -> Result<Option<Vec<u8>>, Error> {
        let all = self.first_passage()..self.first_passage() + self.num_passages();
        let is_live = |passage: usize| is_live(PassageId(passage as u32));
        if all.clone().all(is_live) {
            return Ok(None);
        }
        let mut builder = DocumentBlockBuilder::new(all.start);
        let mut next = all.start;
        let mut num_erased = 0;
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

    /// Adds to `builder` what is left of a document; returns the number of erased texts.
    fn keep(
        &self,
        document: usize,
        passages: std::ops::Range<usize>,
        is_live: &dyn Fn(usize) -> bool,
        builder: &mut DocumentBlockBuilder,
    ) -> Result<usize, Error> {
        let id = self.id_of(document)?;
        let metadata = self.metadata_of(document)?;
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

    use super::super::StoredPassage;
    use super::*;

    type Tested = Result<(), Error>;

    fn open(bytes: &[u8]) -> Result<DocumentBlock<&[u8]>, Error> {
        DocumentBlock::new(Path::new("block"), bytes)
    }

    /// Passages 5 to 10: two of `b`, one of `a`, three of `c`.
    fn block() -> Vec<u8> {
        let mut builder = DocumentBlockBuilder::new(5);
        builder.add("b", "[1]", ["b0", "b1"]);
        builder.add("a", "null", ["a0"]);
        builder.add("c", "{}", ["c0", "c1", "c2"]);
        builder.build()
    }

    fn without(block: &[u8], deleted: &[u32]) -> Result<Option<Vec<u8>>, Error> {
        open(block)?.erased(&|passage| !deleted.contains(&passage.0))
    }

    #[test]
    fn a_block_without_deletions_stays_as_it_is() -> Tested {
        assert_eq!(without(&block(), &[4, 11])?, None);
        Ok(())
    }

    #[test]
    fn deleted_documents_leave_only_the_ids_of_their_passages() -> Tested {
        let left = without(&block(), &[5, 6, 7, 9])?.expect("something is deleted");
        let left = open(&left)?;
        let passage = |text, document_id, metadata| StoredPassage { text, document_id, metadata };
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
        let once = without(&block(), &deleted)?.expect("something is deleted");
        assert_eq!(without(&once, &deleted)?, None);
        let twice = without(&once, &[5, 6, 7, 9])?.expect("one more is deleted");
        assert_eq!(Some(twice), without(&block(), &[5, 6, 7, 9])?, "in any order");
        Ok(())
    }

    #[test]
    fn passages_that_do_not_follow_each_other_are_damage() -> Tested {
        for (word, value) in [(5, 1), (6, 4), (8, 5)] {
            let mut bad = block();
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
            let mut builder = DocumentBlockBuilder::new(0);
            for (id, text, n) in &documents {
                builder.add(id, "7", std::iter::repeat_n(text.as_str(), *n));
            }
            let before = builder.build();
            let is_live = |passage: PassageId| !deleted.contains(&passage.0);
            let block = open(&before)?;
            let after = block.erased(&is_live)?.unwrap_or_else(|| before.clone());
            let left = open(&after)?;
            prop_assert_eq!(left.num_passages(), block.num_passages());
            for passage in 0..block.num_passages() {
                let now = left.passage(passage)?;
                let then = block.passage(passage)?;
                if is_live(PassageId(passage as u32)) {
                    prop_assert_eq!(now, then);
                } else {
                    prop_assert_eq!(now.text, "");
                }
            }
        }
    }
}
