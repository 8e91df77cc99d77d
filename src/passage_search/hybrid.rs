//! Searches that read the words of passages.

use std::collections::BTreeMap;

use jacolbert_documents::{Bm25Options, PassageScores, ScoredPassage};
use jacolbert_index::PassageId;
use jacolbert_search::{PassageSubset, SearchOptions};

use super::found::Found;
use super::fusion::{Candidate, Fusion};
use super::questions::Question;
use super::search::PassageSearch;
use crate::Error;
use crate::scores::Scores;
use crate::storage::Snapshot;

/// Candidates that each of the two rankings gives at least.
const LEAST_CANDIDATES: usize = 100;

impl<S: Snapshot> PassageSearch<'_, S> {
    /// The best `k` passages by BM25.
    pub(super) fn best_by_words(
        &self,
        question: Question<'_>,
        k: usize,
    ) -> Result<Vec<Found>, Error> {
        let scores = self.word_scores(question)?;
        Ok(self.best_words(&scores, k)?.into_iter().map(Found::from).collect())
    }

    /// The best `k` passages by both scores, of the best by each.
    pub(super) fn best_by_both(
        &self,
        question: Question<'_>,
        k: usize,
        fusion: Fusion,
    ) -> Result<Vec<Found>, Error> {
        let mut ranked = self.ranked_by_both(question, k, fusion, &[])?;
        ranked.truncate(k);
        Ok(ranked)
    }

    /// The passages `given` by both scores, ranked beside the best by each.
    pub(super) fn given_by_both(
        &self,
        question: Question<'_>,
        given: &PassageSubset,
        fusion: Fusion,
    ) -> Result<Vec<Found>, Error> {
        let ids: Vec<PassageId> = given.iter().collect();
        let mut ranked = self.ranked_by_both(question, self.options.k, fusion, &ids)?;
        ranked.retain(|found| given.contains(found.passage));
        Ok(ranked)
    }

    /// All candidates: the best by late interaction, the best by BM25, and those that are given.
    fn ranked_by_both(
        &self,
        question: Question<'_>,
        k: usize,
        fusion: Fusion,
        given: &[PassageId],
    ) -> Result<Vec<Found>, Error> {
        fusion.check()?;
        let rows = question.rows();
        let num_candidates = k.max(LEAST_CANDIDATES);
        let options = SearchOptions { k: num_candidates, ..self.options.clone() };
        let by_rows = self.snapshot.search(rows, self.among, &options)?;
        let word_scores = self.word_scores(question)?;
        let by_words = self.best_words(&word_scores, num_candidates)?;

        let mut found: BTreeMap<PassageId, f32> =
            by_rows.into_iter().map(|hit| (hit.passage, hit.score)).collect();
        let mut others: Vec<PassageId> = by_words.into_iter().map(|hit| hit.passage).collect();
        others.extend(given);
        others.retain(|passage| !found.contains_key(passage));
        let others = self.snapshot.rerank(rows, &others)?;
        found.extend(others.into_iter().map(|hit| (hit.passage, hit.score)));

        let mut candidates = Vec::with_capacity(found.len());
        for (passage, late_interaction) in found {
            let bm25 = word_scores.of(passage)?;
            candidates.push(Candidate { passage, late_interaction, bm25 });
        }
        Ok(fusion.rank(candidates).into_iter().map(Found::from).collect())
    }

    fn word_scores(&self, question: Question<'_>) -> Result<PassageScores<'_, S::Block>, Error> {
        let words = self.snapshot.words()?;
        let is_live = |passage| self.snapshot.contains(passage);
        let num_live = self.snapshot.num_passages();
        let options = Bm25Options::default();
        Ok(words.scores(question.text, &options, num_live, &is_live)?)
    }

    fn best_words(
        &self,
        scores: &PassageScores<'_, S::Block>,
        k: usize,
    ) -> Result<Vec<ScoredPassage>, Error> {
        let best = match self.among {
            Some(subset) => scores.best(k, &|passage| subset.contains(passage)),
            None => scores.best(k, &|_| true),
        };
        Ok(best?)
    }
}

/// A hit of BM25.
impl From<ScoredPassage> for Found {
    fn from(hit: ScoredPassage) -> Self {
        let scores = Scores { bm25: Some(hit.score), ..Scores::default() };
        Self { passage: hit.passage, score: hit.score as f32, scores }
    }
}

/// A hit of both.
impl From<(Candidate, f64)> for Found {
    fn from((hit, fused): (Candidate, f64)) -> Self {
        let scores = Scores {
            late_interaction: Some(hit.late_interaction),
            bm25: Some(hit.bm25),
            fused: Some(fused),
        };
        Self { passage: hit.passage, score: fused as f32, scores }
    }
}
