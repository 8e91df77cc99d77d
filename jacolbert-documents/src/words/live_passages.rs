//! The passages that are not deleted, and what BM25 counts of them.

use jacolbert_index::PassageId;

use super::word_block::{WordBlock, WordContent};
use crate::Error;

/// Which passages of some blocks are live, their number and the sum of their lengths.
#[derive(Debug)]
pub(super) struct LivePassages {
    /// For each block with a deleted passage, whether that at each place is live.
    blocks: Vec<Option<Vec<bool>>>,
    num_passages: u64,
    num_terms: u64,
}

impl LivePassages {
    /// The passages of `blocks` that `is_live` accepts, `num_live` in number.
    ///
    /// If those are all, nothing is read.
    pub(super) fn of<B: AsRef<[u8]> + Clone + Send + Sync + 'static>(
        blocks: &[WordBlock<B>],
        num_live: usize,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<Self, Error> {
        if num_live == blocks.iter().map(|block| block.summary().num_passages).sum::<usize>() {
            return Ok(Self {
                blocks: vec![None; blocks.len()],
                num_passages: num_live as u64,
                num_terms: blocks.iter().map(|block| block.summary().num_terms).sum(),
            });
        }
        let mut live = Self { blocks: Vec::new(), num_passages: 0, num_terms: 0 };
        for block in blocks {
            live.push(block.content()?, is_live);
        }
        Ok(live)
    }

    fn push(&mut self, content: &WordContent, is_live: &dyn Fn(PassageId) -> bool) {
        let places = 0..content.num_passages();
        let lives: Vec<bool> = places.map(|place| is_live(content.id(place))).collect();
        for (place, _) in lives.iter().enumerate().filter(|(_, lives)| **lives) {
            self.num_passages += 1;
            self.num_terms += u64::from(content.length(place));
        }
        self.blocks.push(lives.contains(&false).then_some(lives));
    }

    pub(super) fn num_passages(&self) -> u64 {
        self.num_passages
    }

    /// The mean length of a live passage.
    pub(super) fn mean_length(&self) -> f64 {
        self.num_terms as f64 / self.num_passages as f64
    }

    /// Whether the passages at each place of the block `block` are live; `None` if all are.
    pub(super) fn of_block(&self, block: usize) -> Option<&[bool]> {
        self.blocks[block].as_deref()
    }
}
