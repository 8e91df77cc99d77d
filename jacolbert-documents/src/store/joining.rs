//! Joining blocks, without what is erased.

use std::ops::Range;

use jacolbert_index::PassageId;

use super::block_builder::DocumentBlockBuilder;
use super::document_block::DocumentBlock;
use crate::Error;

/// Bytes up to which blocks are joined; a join has them in memory a few times.
const LARGEST_JOINED: usize = 64 << 20;

/// Metadata of documents without any, and of erased ones.
const NO_METADATA: &str = "null";

/// Which blocks a commit joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Joins a block with those before it that have at most twice its size. So there are few blocks, each
    /// more than twice as large as the next, and a text is rewritten a logarithmic number of times.
    #[default]
    Small,
    /// Joins all blocks, as far as a joined block may be large, and erases what deleted documents left.
    All,
}

impl Join {
    /// The blocks of `sizes` bytes, in groups of which each becomes one block.
    pub(super) fn groups(self, sizes: &[usize]) -> Vec<Range<usize>> {
        let mut groups = Vec::new();
        let mut end = sizes.len();
        while let Some(last) = end.checked_sub(1) {
            let mut start = last;
            let mut sum = sizes[last];
            while let Some(before) = start.checked_sub(1)
                && self.joins(sizes[before], sum)
            {
                sum += sizes[before];
                start = before;
            }
            groups.push(start..end);
            end = start;
        }
        groups.reverse();
        groups
    }

    fn joins(self, before: usize, sum: usize) -> bool {
        let is_small = before.saturating_add(sum) <= LARGEST_JOINED;
        is_small && (self == Self::All || before <= 2 * sum)
    }
}

/// A block that takes the place of others.
#[derive(Debug)]
pub(super) struct Joined {
    /// The bytes of the block.
    pub(super) block: Vec<u8>,
    /// Number of texts of deleted documents that it does not have.
    pub(super) num_erased: usize,
}

/// Joins `blocks`, of which each begins where the one before ends, without the texts of passages that are
/// not live, and without the ids and metadata of documents that have no live passage. Passages keep their
/// ids.
pub(super) fn join(
    blocks: &[DocumentBlock<&[u8]>],
    is_live: &dyn Fn(PassageId) -> bool,
) -> Result<Joined, Error> {
    let first_id = blocks.first().map_or(0, DocumentBlock::first_id);
    let mut builder = DocumentBlockBuilder::new(first_id);
    let mut num_erased = 0;
    for block in blocks {
        num_erased += append(block, is_live, &mut builder)?;
    }
    Ok(Joined { block: builder.build(), num_erased })
}

/// Whether a document of `block` has a passage that is not live.
pub(super) fn holds_deleted(
    block: &DocumentBlock<&[u8]>,
    is_live: &dyn Fn(PassageId) -> bool,
) -> Result<bool, Error> {
    for document in 0..block.num_documents() {
        if block.passages(document)?.any(|passage| !is_live(PassageId(passage))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds to `builder` what is live of `block`; returns the number of erased texts.
fn append(
    block: &DocumentBlock<&[u8]>,
    is_live: &dyn Fn(PassageId) -> bool,
    builder: &mut DocumentBlockBuilder,
) -> Result<usize, Error> {
    let mut num_erased = 0;
    for document in 0..block.num_documents() {
        let passages = block.passages(document)?;
        match (passages.start as usize).checked_sub(builder.next_passage()) {
            Some(gap) => builder.skip(gap),
            None => return Err(block.corrupt(format!("passages of document {document}"))),
        }
        num_erased += append_document(block, document, passages, is_live, builder)?;
    }
    match block.end_id().checked_sub(builder.next_passage()) {
        Some(gap) => builder.skip(gap),
        None => return Err(block.corrupt("passages behind the last")),
    }
    Ok(num_erased)
}

fn append_document(
    block: &DocumentBlock<&[u8]>,
    document: usize,
    passages: Range<u32>,
    is_live: &dyn Fn(PassageId) -> bool,
    builder: &mut DocumentBlockBuilder,
) -> Result<usize, Error> {
    let id = block.id_of(document)?;
    let metadata = block.metadata_of(document)?;
    let mut num_erased = 0;
    let mut texts = Vec::with_capacity(passages.len());
    for passage in passages.clone() {
        let text = block.text_of(document, passage as usize)?;
        let is_erased = !is_live(PassageId(passage));
        num_erased += usize::from(is_erased && !text.is_empty());
        texts.push(if is_erased { "" } else { text });
    }
    if !id.is_empty() && passages.clone().any(|passage| is_live(PassageId(passage))) {
        builder.add(id, metadata, texts);
    } else {
        num_erased += usize::from(!id.is_empty()) + usize::from(metadata != NO_METADATA);
        builder.skip(passages.len());
    }
    Ok(num_erased)
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

    fn without(block: &[u8], deleted: &[u32]) -> Result<Joined, Error> {
        join(&[open(block)?], &|passage| !deleted.contains(&passage.0))
    }

    #[test]
    fn a_block_without_deletions_stays_as_it_is() -> Tested {
        let joined = without(&block(), &[4, 11])?;
        assert_eq!((joined.num_erased, joined.block), (0, block()));
        Ok(())
    }

    #[test]
    fn deleted_documents_leave_only_the_ids_of_their_passages() -> Tested {
        let joined = without(&block(), &[5, 6, 7, 9])?;
        assert_eq!(joined.num_erased, 2 + 2 + 2 + 1, "texts, ids, one metadata, one text");
        let left = open(&joined.block)?;
        let passage = |text, document_id, metadata| StoredPassage { text, document_id, metadata };
        assert_eq!((left.first_id(), left.end_id()), (5, 11));
        assert_eq!((left.num_passages(), left.num_documents()), (3, 1));
        assert!(left.passages_of("b")?.is_empty());
        assert!(left.passages_of("a")?.is_empty());
        assert_eq!(left.passages_of("c")?, [8, 9, 10]);
        assert_eq!(left.passage(6)?, None);
        assert_eq!(left.passage(8)?, Some(passage("c0", "c", "{}")));
        assert_eq!(left.passage(9)?, Some(passage("", "c", "{}")));
        assert!(!joined.block.windows(2).any(|text| text == b"b0" || text == b"c1"));
        Ok(())
    }

    #[test]
    fn what_is_erased_once_is_not_erased_again() -> Tested {
        let deleted = [5, 6, 9];
        let once = without(&block(), &deleted)?.block;
        assert_eq!(without(&once, &deleted)?.num_erased, 0);
        let twice = without(&once, &[5, 6, 7, 9])?.block;
        assert_eq!(twice, without(&block(), &[5, 6, 7, 9])?.block, "in any order");
        Ok(())
    }

    #[test]
    fn passages_that_do_not_ascend_are_damage() -> Tested {
        // Ids of first passages, then places of first passages.
        for (word, value) in [(6, 4), (7, 5), (8, 9), (9, 4), (11, 7)] {
            let mut bad = block();
            bad[8 * word..][..8].copy_from_slice(&u64::to_le_bytes(value));
            let joined = without(&bad, &[5]);
            assert!(matches!(joined, Err(Error::Corrupt { .. })), "word {word}: {joined:?}");
        }
        Ok(())
    }

    fn sizes_of(groups: &[Range<usize>], sizes: &[usize]) -> Vec<usize> {
        groups.iter().map(|group| sizes[group.clone()].iter().sum()).collect()
    }

    #[test]
    fn blocks_that_come_one_by_one_are_few_and_each_text_is_rewritten_seldom() {
        for size in [|_| 100, |n: usize| 50 + n * 7_919 % 1_000, |n: usize| 10_000 / (n % 97 + 1)] {
            let mut blocks = Vec::new();
            let mut rewritten = 0;
            let mut added = 0;
            for n in 0..20_000 {
                blocks.push(size(n));
                added += size(n);
                let groups = Join::Small.groups(&blocks);
                let joined = groups.iter().filter(|group| group.len() > 1);
                rewritten += joined.map(|g| blocks[g.clone()].iter().sum::<usize>()).sum::<usize>();
                blocks = sizes_of(&groups, &blocks);
                assert!(blocks.len() <= 16, "{n}: {blocks:?}");
            }
            assert!(rewritten < 25 * added, "{} times", rewritten / added);
        }
    }

    #[test]
    fn any_list_of_blocks_is_healed_at_once() {
        let equal = vec![1_000; 33_000];
        let rising: Vec<usize> = (0..3_000).collect();
        let falling: Vec<usize> = (0..3_000).rev().collect();
        for sizes in [equal, rising, falling] {
            let left = sizes_of(&Join::Small.groups(&sizes), &sizes);
            assert!(left.len() <= 16, "{left:?}");
            assert!(left.is_sorted_by(|a, b| a > b));
            let again = Join::Small.groups(&left);
            assert!(again.iter().all(|group| group.len() == 1), "nothing is left to join");
        }
    }

    #[test]
    fn no_joined_block_is_larger_than_the_limit() {
        let sizes = [10, LARGEST_JOINED, 3, 4, LARGEST_JOINED - 7, 2 * LARGEST_JOINED];
        assert_eq!(Join::All.groups(&sizes), [0..1, 1..2, 2..5, 5..6]);
        assert_eq!(Join::Small.groups(&sizes), [0..1, 1..2, 2..5, 5..6]);
        assert_eq!(Join::Small.groups(&[9, 4, 1]), [0..1, 1..2, 2..3]);
        assert_eq!(Join::All.groups(&[9, 4, 1]), [Range { start: 0, end: 3 }]);
        assert!(Join::All.groups(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_live_is_read_as_before(
            documents in prop::collection::vec(("[a-c]{1,2}", "[あ-う]{0,2}", 1usize..4), 0..8),
            cuts in prop::collection::vec(0usize..8, 0..3),
            deleted in prop::collection::hash_set(0u32..20, 0..20),
        ) {
            let mut builders = vec![DocumentBlockBuilder::new(0)];
            for (n, (id, text, num_passages)) in documents.iter().enumerate() {
                let last = builders.last().expect("one at least");
                if cuts.contains(&n) {
                    builders.push(DocumentBlockBuilder::new(last.next_passage()));
                }
                let last = builders.last_mut().expect("one at least");
                last.add(id, "7", std::iter::repeat_n(text.as_str(), *num_passages));
            }
            let before: Vec<Vec<u8>> = builders.into_iter().map(DocumentBlockBuilder::build).collect();
            let blocks: Vec<_> = before.iter().map(|block| open(block)).collect::<Result<_, _>>()?;
            let is_live = |passage: PassageId| !deleted.contains(&passage.0);
            let joined = join(&blocks, &is_live)?;
            let left = open(&joined.block)?;
            prop_assert_eq!((left.first_id(), left.end_id()), (0, blocks[blocks.len() - 1].end_id()));
            for block in &blocks {
                for id in block.first_id()..block.end_id() {
                    let now = left.passage(id)?;
                    if is_live(PassageId(id as u32)) {
                        prop_assert_eq!(now, block.passage(id)?);
                    } else {
                        prop_assert!(now.is_none_or(|passage| passage.text.is_empty()));
                    }
                }
            }
        }
    }
}
