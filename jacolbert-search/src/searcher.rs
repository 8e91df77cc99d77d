//! Search through an index: the pipeline.

use jacolbert_index::{CentroidId, Embeddings, EmbeddingsRef, Index, PassageId};
use rayon::prelude::*;

use crate::centroid_scores::CentroidScores;
use crate::hit::ranked;
use crate::query::{BestDots, Query};
use crate::{Error, Hit, PassageSubset, SearchParams};

/// Searches an index.
///
/// ```
/// use jacolbert_index::{BuildConfig, Embeddings, IndexBuilder, PassageId};
/// use jacolbert_search::{SearchParams, Searcher};
///
/// let mut builder = IndexBuilder::new(2, BuildConfig::default())?;
/// builder.add(Embeddings::new(vec![0.6, 0.8], 2)?.as_ref())?;
/// builder.add(Embeddings::new(vec![1.0, 0.0, 0.8, 0.6], 2)?.as_ref())?;
/// let index = builder.build()?;
///
/// let query = Embeddings::new(vec![1.0, 0.0], 2)?;
/// let hits = Searcher::new(&index).search(query.as_ref(), &SearchParams::default())?;
/// assert_eq!(hits[0].passage, PassageId(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Searcher<'a> {
    index: &'a Index,
}

impl<'a> Searcher<'a> {
    /// A searcher of `index`; costs nothing.
    pub fn new(index: &'a Index) -> Self {
        Self { index }
    }

    /// The best hits for `query`, `[query tokens, dim]`, best first, ties by passage id.
    ///
    /// There are `k` of them, or as many as there are passages with tokens. The score of a hit is
    /// [`maxsim`](crate::maxsim) of the query and the decoded passage.
    ///
    /// # Errors
    /// [`Error::EmptyQuery`], [`Error::Dim`], and [`Error::Index`] where the index is damaged.
    pub fn search(
        &self,
        query: EmbeddingsRef<'_>,
        params: &SearchParams,
    ) -> Result<Vec<Hit>, Error> {
        self.search_where(query, params, self.index.num_passages(), |_| true)
    }

    /// As [`search`](Self::search), among the passages of `subset` only.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_within(
        &self,
        query: EmbeddingsRef<'_>,
        subset: &PassageSubset,
        params: &SearchParams,
    ) -> Result<Vec<Hit>, Error> {
        if subset.len() <= params.n_rescored() {
            let present = subset.iter().filter(|&passage| self.index.contains(passage));
            return self.rerank(query, &present.collect::<Vec<_>>(), params.k);
        }
        self.search_where(query, params, subset.len(), |passage| subset.contains(passage))
    }

    /// The hits of every query, in order, on all cores.
    ///
    /// # Errors
    /// As [`search`](Self::search), for the first query that fails.
    pub fn search_batch(
        &self,
        queries: &[Embeddings],
        params: &SearchParams,
    ) -> Result<Vec<Vec<Hit>>, Error> {
        let search = |query: &Embeddings| self.search(query.as_ref(), params);
        // All of them first, so that the error does not depend on which thread was quicker.
        let hits: Vec<Result<Vec<Hit>, Error>> = queries.par_iter().map(search).collect();
        hits.into_iter().collect()
    }

    /// The best `k` of the given passages of the index, by exact score. A passage that is given twice
    /// counts once, and deleted ones do not count.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`jacolbert_index::Error::UnknownPassage`] within
    /// [`Error::Index`].
    pub fn rerank(
        &self,
        query: EmbeddingsRef<'_>,
        passages: &[PassageId],
        k: usize,
    ) -> Result<Vec<Hit>, Error> {
        let query = Query::new(query, self.index.dim())?;
        let mut passages = passages.to_vec();
        passages.sort_unstable();
        passages.dedup();
        passages.retain(|&passage| {
            passage.index() >= self.index.num_ids() || self.index.contains(passage)
        });
        Ok(ranked(self.rescored(&query, &passages)?, k))
    }

    fn search_where(
        &self,
        query: EmbeddingsRef<'_>,
        params: &SearchParams,
        num_eligible: usize,
        eligible: impl Fn(PassageId) -> bool,
    ) -> Result<Vec<Hit>, Error> {
        let query = Query::new(query, self.index.dim())?;
        let scores = CentroidScores::new(&query, self.index);
        let candidates = self.candidates(&scores, params, num_eligible, eligible)?;
        let shortlist = self.shortlist(&scores, candidates, params.n_rescored())?;
        let hits = self.rescored(&query, &shortlist)?;
        Ok(ranked(hits, params.k))
    }

    /// Eligible passages of the best cells: at least `k` of them, if there are.
    fn candidates(
        &self,
        scores: &CentroidScores,
        params: &SearchParams,
        num_eligible: usize,
        eligible: impl Fn(PassageId) -> bool,
    ) -> Result<Vec<PassageId>, Error> {
        let mut n_probe = params.n_probe.max(1);
        loop {
            let cells = scores.best_cells(n_probe);
            let candidates = self.passages_of(&cells, &eligible)?;
            let enough = candidates.len() >= params.k.min(num_eligible);
            if enough || n_probe >= scores.num_centroids() {
                return Ok(candidates);
            }
            n_probe = n_probe.saturating_mul(2);
        }
    }

    fn passages_of(
        &self,
        cells: &[CentroidId],
        eligible: impl Fn(PassageId) -> bool,
    ) -> Result<Vec<PassageId>, Error> {
        let mut passages = Vec::new();
        for &cell in cells {
            self.index.for_each_in_cell(cell, |passage| passages.push(passage))?;
        }
        passages.sort_unstable();
        passages.dedup();
        passages.retain(|&passage| eligible(passage));
        Ok(passages)
    }

    /// The `n` candidates with the best approximate scores.
    fn shortlist(
        &self,
        scores: &CentroidScores,
        candidates: Vec<PassageId>,
        n: usize,
    ) -> Result<Vec<PassageId>, Error> {
        if candidates.len() <= n {
            return Ok(candidates);
        }
        let mut best = BestDots::new(scores.num_query_tokens());
        let mut promising = Vec::with_capacity(candidates.len());
        for passage in candidates {
            let score = scores.approximate(self.index.codes(passage)?, &mut best);
            promising.push(Hit { passage, score });
        }
        Ok(ranked(promising, n).into_iter().map(|hit| hit.passage).collect())
    }

    fn rescored(&self, query: &Query, passages: &[PassageId]) -> Result<Vec<Hit>, Error> {
        let mut best = BestDots::new(query.num_tokens());
        let mut hits = Vec::with_capacity(passages.len());
        for &passage in passages {
            if let Some(score) = query.score_in(self.index, passage, &mut best)? {
                hits.push(Hit { passage, score });
            }
        }
        Ok(hits)
    }
}
