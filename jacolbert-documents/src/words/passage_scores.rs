//! The scores of all passages for one query.

use std::cmp::Ordering;

use jacolbert_index::PassageId;

use super::live_passages::LivePassages;
use super::word_block::{WordBlock, WordContent};
use crate::Error;

/// A passage with its BM25 score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPassage {
    /// The passage.
    pub passage: PassageId,
    /// Its score; see [`Bm25Options`](crate::Bm25Options).
    pub score: f64,
}

/// The BM25 scores of all passages of a collection for one query; see
/// [`WordIndex::scores`](crate::WordIndex::scores).
#[derive(Debug)]
pub struct PassageScores<'w, B> {
    pub(super) blocks: &'w [WordBlock<B>],
    pub(super) live: &'w LivePassages,
    /// The scores of each block by place; empty if no passage of the block has a term of the query.
    pub(super) scores: Vec<Vec<f64>>,
}

impl<B: AsRef<[u8]> + Clone + Send + Sync + 'static> PassageScores<'_, B> {
    /// The score of a passage; 0 if it has no term of the query, is deleted or unknown.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn of(&self, passage: PassageId) -> Result<f64, Error> {
        let after =
            self.blocks.partition_point(|block| block.summary().first_id <= passage.index());
        let Some(number) = after.checked_sub(1).filter(|&n| !self.scores[n].is_empty()) else {
            return Ok(0.0);
        };
        let place = self.blocks[number].content()?.place(passage);
        Ok(place
            .filter(|&place| self.is_live(number, place))
            .map_or(0.0, |at| self.scores[number][at]))
    }

    /// The best `k` of the passages that `is_wanted` accepts, best first; passages of equal score in the order of
    /// their ids. Passages without a term of the query are not returned.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn best(
        &self,
        k: usize,
        is_wanted: &dyn Fn(PassageId) -> bool,
    ) -> Result<Vec<ScoredPassage>, Error> {
        let mut found = Vec::new();
        for (number, scores) in self.scores.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
            let content = self.blocks[number].content()?;
            self.add_matches(number, scores, content, is_wanted, &mut found);
        }
        Ok(best_first(found, k))
    }

    fn add_matches(
        &self,
        number: usize,
        scores: &[f64],
        content: &WordContent,
        is_wanted: &dyn Fn(PassageId) -> bool,
        found: &mut Vec<ScoredPassage>,
    ) {
        for (place, &score) in scores.iter().enumerate().filter(|(_, score)| **score > 0.0) {
            let passage = content.id(place);
            if self.is_live(number, place) && is_wanted(passage) {
                found.push(ScoredPassage { passage, score });
            }
        }
    }

    fn is_live(&self, block: usize, place: usize) -> bool {
        self.live.of_block(block).is_none_or(|lives| lives[place])
    }
}

fn best_first(mut passages: Vec<ScoredPassage>, k: usize) -> Vec<ScoredPassage> {
    let order = |a: &ScoredPassage, b: &ScoredPassage| -> Ordering {
        b.score.total_cmp(&a.score).then_with(|| a.passage.cmp(&b.passage))
    };
    if k < passages.len() {
        passages.select_nth_unstable_by(k, order);
        passages.truncate(k);
    }
    passages.sort_unstable_by(order);
    passages
}
