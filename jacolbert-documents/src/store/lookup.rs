//! Finding passages and documents in a block.

use std::collections::HashSet;

use super::document_block::DocumentBlock;
use super::document_set::DocumentSet;
use super::stored_passage::StoredPassage;
use crate::Error;

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// The passage with this id; `None` if it is erased or not one of this block.
    pub(super) fn passage(&self, passage: usize) -> Result<Option<StoredPassage<'_>>, Error> {
        let Some(document) = self.document_of(passage)? else {
            return Ok(None);
        };
        let document_id = self.id_of(document)?;
        if document_id.is_empty() {
            return Ok(None);
        }
        let metadata = self.metadata_of(document)?;
        Ok(Some(StoredPassage { text: self.text_of(document, passage)?, document_id, metadata }))
    }

    /// The id of the first passage at or after `from` that is not erased.
    pub(super) fn next_kept(&self, from: usize) -> Result<Option<u32>, Error> {
        for document in self.num_starting_by(from)?.saturating_sub(1)..self.header.num_documents {
            let passages = self.passages(document)?;
            if passages.end as usize > from && !self.id_of(document)?.is_empty() {
                return Ok(Some(passages.start.max(from as u32)));
            }
        }
        Ok(None)
    }

    /// Ids of the passages of the document with this id; none if the block does not have it.
    pub(super) fn passages_of(&self, document_id: &str) -> Result<Vec<u32>, Error> {
        let mut low = 0;
        let mut high = self.header.num_documents;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.id_of(self.by_id(middle)?)? < document_id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        while low < self.header.num_documents && self.id_of(self.by_id(low)?)? == document_id {
            found.extend(self.passages(self.by_id(low)?)?);
            low += 1;
            if found.len() > self.header.num_passages {
                return Err(self.corrupt("documents in the order of their ids"));
            }
        }
        Ok(found)
    }

    /// Number of different ids of `documents`.
    pub(super) fn num_distinct(&self, documents: &DocumentSet) -> Result<usize, Error> {
        if !self.has_repeated_ids()? {
            return Ok(documents.len());
        }
        let ids = documents.iter().map(|document| self.id_of(document));
        Ok(ids.collect::<Result<HashSet<&str>, Error>>()?.len())
    }

    /// Whether a document of the block is stored more than once.
    pub(crate) fn has_repeated_ids(&self) -> Result<bool, Error> {
        if let Some(&known) = self.repeats.get() {
            return Ok(known);
        }
        let mut last = None;
        let mut is_repeated = false;
        for place in 0..self.header.num_documents {
            let id = Some(self.id_of(self.by_id(place)?)?);
            is_repeated |= id == last;
            last = id;
        }
        Ok(*self.repeats.get_or_init(|| is_repeated))
    }

    /// Remembers whether a document of the block is stored more than once.
    #[cfg(feature = "filter")]
    pub(crate) fn set_repeated_ids(&self, repeats: bool) {
        // It may be known already.
        let _ = self.repeats.set(repeats);
    }

    /// The document whose id is the one at `place` in the order of the ids.
    fn by_id(&self, place: usize) -> Result<usize, Error> {
        self.word(self.header.by_id() + place)
    }

    /// The document that the passage with the id `passage` is a part of, if any.
    pub(super) fn document_of(&self, passage: usize) -> Result<Option<usize>, Error> {
        let Some(document) = self.num_starting_by(passage)?.checked_sub(1) else {
            return Ok(None);
        };
        let is_of_it = self.passages(document)?.contains(&(passage as u32));
        Ok(is_of_it.then_some(document))
    }

    /// Number of documents whose first passage has the id `passage` or one before it.
    fn num_starting_by(&self, passage: usize) -> Result<usize, Error> {
        let mut low = 0;
        let mut high = self.header.num_documents;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.first_id_of(middle)? <= passage {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::DocumentBlockBuilder;
    use super::*;

    fn open(bytes: &[u8]) -> Result<DocumentBlock<&[u8]>, Error> {
        DocumentBlock::new(Path::new("block"), bytes)
    }

    #[test]
    fn a_document_in_several_places_has_the_passages_of_all() -> Result<(), Error> {
        let mut builder = DocumentBlockBuilder::new(2);
        for id in ["b", "a", "b", "c", "b"] {
            builder.add(id, "null", ["", ""]);
        }
        let bytes = builder.build();
        let block = open(&bytes)?;
        assert_eq!(block.passages_of("a")?, [4, 5]);
        assert_eq!(block.passages_of("b")?, [2, 3, 6, 7, 10, 11]);
        assert_eq!(block.passages_of("c")?, [8, 9]);
        assert_eq!(block.passage(7)?.map(|passage| passage.document_id), Some("b"));
        Ok(())
    }

    #[test]
    fn a_document_that_is_listed_again_and_again_is_damage() {
        let mut builder = DocumentBlockBuilder::new(0);
        builder.add("a", "null", ["", "", ""]);
        builder.add("a", "null", [""]);
        let mut bytes = builder.build();
        let first = 6 + 2 + 3;
        let second = first + 1;
        bytes.copy_within(8 * first..8 * second, 8 * second);
        let found = open(&bytes).and_then(|block| block.passages_of("a"));
        assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
    }
}
