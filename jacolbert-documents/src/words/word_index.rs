//! Passages that are ranked by BM25.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jacolbert_index::PassageId;

use super::analyser::Analyser;
use super::bm25::Bm25Options;
use super::live_passages::LivePassages;
use super::passage_scores::PassageScores;
use super::postings::damage;
use super::word_block::{KIND, WordBlock};
use crate::store::CompanionFile;
use crate::{Documents, Error};

/// The words of all passages of a collection, ranked by BM25; see [`Bm25Options`] for the formula.
///
/// Only passages that are not deleted count. Their scores have the same bits whatever blocks they are in, and
/// whatever was deleted before.
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{Analyser, Bm25Options, WordBlockBuilder, WordIndex};
/// use jacolbert_index::PassageId;
///
/// let mut builder = WordBlockBuilder::new(Analyser::Characters, 0)?;
/// builder.add(PassageId(0), "富士山は日本で最も高い山である。")?;
/// builder.add(PassageId(1), "琵琶湖は日本で最も大きい湖である。")?;
/// let mut index = WordIndex::new(Analyser::Characters);
/// index.push(Path::new("words"), builder.build()?)?;
///
/// let scores = index.scores("日本一高い山は？", &Bm25Options::default(), 2, &|_| true)?;
/// assert_eq!(scores.best(1, &|_| true)?[0].passage, PassageId(0));
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug)]
pub struct WordIndex<B> {
    analyser: Analyser,
    blocks: Vec<WordBlock<B>>,
    live: OnceLock<Arc<LivePassages>>,
}

/// The terms of a query, sorted, each with its number in the query and the passages that have it.
type Weights = BTreeMap<String, f64>;

impl<B: AsRef<[u8]> + Clone + Send + Sync + 'static> WordIndex<B> {
    /// An index without passages.
    pub fn new(analyser: Analyser) -> Self {
        Self { analyser, blocks: Vec::new(), live: OnceLock::new() }
    }

    /// Appends a block, whose passage ids must follow those of the last one; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::OtherAnalyser`] if another analyser made it; [`Error::Version`], [`Error::Corrupt`].
    pub fn push(&mut self, path: &Path, bytes: B) -> Result<(), Error> {
        self.push_file(CompanionFile::new(path, bytes)?)
    }

    fn push_file(&mut self, file: CompanionFile<B>) -> Result<(), Error> {
        let block = WordBlock::new(file, &self.analyser.description())?;
        let end_id = self.blocks.last().map_or(0, |block| block.summary().end_id);
        self.push_block(block, end_id)
    }

    /// Appends a block whose first passage id must be `first_id`.
    pub(super) fn push_block(&mut self, block: WordBlock<B>, first_id: usize) -> Result<(), Error> {
        if block.summary().first_id != first_id {
            return Err(Error::corrupt(block.path(), "words of blocks do not follow each other"));
        }
        self.blocks.push(block);
        self.live = OnceLock::new();
        Ok(())
    }

    /// The analyser of passages and queries.
    pub fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    /// Number of passages, deleted ones included.
    pub fn num_passages(&self) -> usize {
        self.blocks.iter().map(|block| block.summary().num_passages).sum()
    }

    /// The scores of all passages for `query`.
    ///
    /// `num_live` passages are not deleted, and `is_live` says which. It is asked once for each passage, at the first
    /// call and only if some are deleted, and must always answer the same.
    ///
    /// # Errors
    /// [`Error::Bm25Option`], [`Error::Tokenizer`]; [`Error::Corrupt`] where a block is damaged.
    pub fn scores(
        &self,
        query: &str,
        options: &Bm25Options,
        num_live: usize,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<PassageScores<'_, B>, Error> {
        options.check()?;
        let live = self.live(num_live, is_live)?;
        let weights = self.weights(query, options, live)?;
        let mut scores = Vec::with_capacity(self.blocks.len());
        for number in 0..self.blocks.len() {
            scores.push(self.block_scores(number, &weights, options, live)?);
        }
        Ok(PassageScores { blocks: &self.blocks, live, scores })
    }

    fn live(
        &self,
        num_live: usize,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<&LivePassages, Error> {
        if let Some(live) = self.live.get() {
            return Ok(live);
        }
        let live = Arc::new(LivePassages::of(&self.blocks, num_live, is_live)?);
        Ok(self.live.get_or_init(|| live))
    }

    /// The weight of each term of the query in a score.
    fn weights(
        &self,
        query: &str,
        options: &Bm25Options,
        live: &LivePassages,
    ) -> Result<Weights, Error> {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for term in self.analyser.query_terms(query)? {
            *counts.entry(term).or_insert(0) += 1;
        }
        let mut weights = Weights::new();
        for (term, count) in counts {
            let with = self.num_live_with(&term, live)?;
            weights.insert(term, options.weight(count, with, live.num_passages()));
        }
        Ok(weights)
    }

    /// Number of live passages that have `term`.
    fn num_live_with(&self, term: &str, live: &LivePassages) -> Result<u64, Error> {
        let mut sum = 0;
        for (number, block) in self.blocks.iter().enumerate() {
            let content = block.content()?;
            let Some(postings) = &content.postings else { continue };
            let counted = match live.of_block(number) {
                None => postings.num_passages_with(term),
                Some(lives) => {
                    let mut count = 0;
                    let add = |place: usize, _| count += u64::from(lives[place]);
                    postings.for_each(term, add).map(|()| count)
                }
            };
            sum += counted.map_err(|cause| damage(block.path(), &cause))?;
        }
        Ok(sum)
    }

    /// The scores of a block's passages; none if no passage has a term. They are summed in the order of the terms,
    /// so that their bits do not depend on the blocks.
    fn block_scores(
        &self,
        number: usize,
        weights: &Weights,
        options: &Bm25Options,
        live: &LivePassages,
    ) -> Result<Vec<f64>, Error> {
        let content = self.blocks[number].content()?;
        let Some(postings) = &content.postings else { return Ok(Vec::new()) };
        let mean = live.mean_length();
        let mut scores = Vec::new();
        for (term, weight) in weights {
            let add = |place: usize, frequency: u32| {
                if scores.is_empty() {
                    scores.resize(content.num_passages(), 0.0);
                }
                let frequency = f64::from(frequency);
                let norm = options.norm(content.length(place), mean);
                scores[place] += weight * frequency / (frequency + norm);
            };
            let added = postings.for_each(term, add);
            added.map_err(|cause| damage(self.blocks[number].path(), &cause))?;
        }
        Ok(scores)
    }
}

impl<B: AsRef<[u8]> + Clone + Send + Sync + 'static> Documents<B> {
    /// The words of all passages, which `analyser` made; `None` if a block has no words.
    ///
    /// Nothing is read that grows with the collection.
    ///
    /// # Errors
    /// [`Error::OtherAnalyser`], [`Error::Version`]; [`Error::Corrupt`] if the words are not those of the blocks.
    pub fn words(&self, analyser: &Analyser) -> Result<Option<WordIndex<B>>, Error> {
        let mut index = WordIndex::new(analyser.clone());
        for block in self.blocks() {
            let Some(file) = block.companion(KIND) else { return Ok(None) };
            index.push_file(file.clone())?;
            let summary = index.blocks.last().map(WordBlock::summary);
            let is_of_block = summary.is_some_and(|summary| {
                summary.end_id == block.end_id() && summary.num_passages == block.num_passages()
            });
            if !is_of_block {
                return Err(file.corrupt("numbers of the block's passages"));
            }
        }
        Ok(Some(index))
    }
}
