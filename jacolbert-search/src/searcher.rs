//! Search through an index: the pipeline.

use jacolbert_index::{Embeddings, EmbeddingsRef, Index, PackedQuery, PassageId, Scorer, Segment};
use rayon::prelude::*;

use crate::candidate::Candidate;
use crate::explain::{Match, matches};
use crate::maxsim::pack;
use crate::probe::probe;
use crate::rerank::{rerank, rerank_until_certain};
use crate::rescore::{rescore, rescore_all};
use crate::scope::Scope;
use crate::shortlist::shortlist;
use crate::{Error, Hit, PassageSubset, SearchOptions};

/// Searches an index.
///
/// ```
/// use jacolbert_index::{BuildOptions, Embeddings, IndexBuilder, PassageId};
/// use jacolbert_search::{SearchOptions, Searcher};
///
/// let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
/// builder.add(Embeddings::new(vec![0.6, 0.8], 2)?.as_ref())?;
/// builder.add(Embeddings::new(vec![1.0, 0.0, 0.8, 0.6], 2)?.as_ref())?;
/// let index = builder.build()?;
///
/// let query = Embeddings::new(vec![1.0, 0.0], 2)?;
/// let hits = Searcher::new(&index).search(query.as_ref(), &SearchOptions::default())?;
/// assert_eq!(hits[0].passage, PassageId(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Searcher<'a> {
    index: &'a Index,
}

impl<'a> Searcher<'a> {
    /// A searcher of `index`. Creating one costs nothing.
    pub fn new(index: &'a Index) -> Self {
        Self { index }
    }

    /// The best hits for `query`, `[query tokens, dim]`, best first, ties by passage id.
    ///
    /// There are fewer than `k` only if fewer passages have a token. The score of a hit is the
    /// [`maxsim`](crate::maxsim) of the query and the decoded passage.
    ///
    /// # Errors
    /// [`Error::EmptyQuery`], [`Error::Dim`], and [`Error::Index`] where the index is damaged.
    pub fn search(
        &self,
        query: EmbeddingsRef<'_>,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        self.search_scope(query, options, Scope::All)
    }

    /// The best hits among the passages of `subset`; otherwise as [`search`](Self::search). Ids of deleted
    /// passages, and ids that the index does not have, are ignored.
    ///
    /// Among at most 10,000 passages, all codes are scored in bytes, and passages are decoded from the best on until
    /// a further one would have to gain eight standard deviations more than usual. So the hits are in effect those of
    /// [`SearchOptions::exact`]; `n_rescored` or `n_exact` turn this off. Among more passages, the search reads more
    /// cells than without a subset, `n_probe` divided by the square root of the share of the passages that are in it,
    /// and stops rescoring later.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_among(
        &self,
        query: EmbeddingsRef<'_>,
        subset: &PassageSubset,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        self.search_scope(query, options, Scope::Subset(subset))
    }

    /// The hits of every query, in order, on all cores.
    ///
    /// # Errors
    /// As [`search`](Self::search), for the first query that fails.
    pub fn search_batch(
        &self,
        queries: &[Embeddings],
        options: &SearchOptions,
    ) -> Result<Vec<Vec<Hit>>, Error> {
        let search = |query: &Embeddings| self.search(query.as_ref(), options);
        // All of them first, so that the error does not depend on which thread was quicker.
        let hits: Vec<Result<Vec<Hit>, Error>> = queries.par_iter().map(search).collect();
        hits.into_iter().collect()
    }

    /// The best `k` of the given passages of the index, by exact score. Duplicates and deleted passages are
    /// ignored.
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
        let query = pack(query, self.index.dim())?;
        let index = self.index;
        let mut passages = passages.to_vec();
        passages.sort_unstable();
        passages.dedup();
        passages.retain(|&passage| passage.index() >= index.num_ids() || index.contains(passage));
        let located = passages.into_iter().map(|passage| Candidate::locate(index, passage));
        let candidates = located.collect::<Result<Vec<_>, _>>()?;
        rerank(index, &query, &candidates, k)
    }

    /// The best match of each query token in `passage`; their scores add up to the score of the hit. Empty
    /// if the passage has no token.
    ///
    /// # Errors
    /// As [`rerank`](Self::rerank), and [`jacolbert_index::Error::DeletedPassage`] within
    /// [`Error::Index`].
    pub fn explain(
        &self,
        query: EmbeddingsRef<'_>,
        passage: PassageId,
    ) -> Result<Vec<Match>, Error> {
        let query = pack(query, self.index.dim())?;
        let decoded = self.index.decode(passage)?;
        Ok(matches(&query, decoded.as_ref()))
    }

    /// The stages of a search. Exact rows need neither probing nor a shortlist.
    fn search_scope(
        &self,
        query: EmbeddingsRef<'_>,
        options: &SearchOptions,
        scope: Scope<'_>,
    ) -> Result<Vec<Hit>, Error> {
        let query = pack(query, self.index.dim())?;
        let mut scorer = Scorer::new(self.index, &query);
        if scope.is_small() && options.n_rescored.is_none() && options.n_exact.is_none() {
            return self.search_small(&query, &mut scorer, options.k, scope);
        }
        let flat = scope.passages_of(self.index, Segment::is_flat)?;
        let probed = probe(self.index, &scorer, scope, options)?;
        let shortlist = shortlist(self.index, &scorer, &probed, options)?;
        let rescored = rescore(self.index, &mut scorer, flat, shortlist, scope, options)?;
        rerank(self.index, &query, &rescored, options.k)
    }

    /// The stages of a search among few passages: nothing is left out before the exact scores.
    fn search_small(
        &self,
        query: &PackedQuery,
        scorer: &mut Scorer<'_>,
        k: usize,
        scope: Scope<'_>,
    ) -> Result<Vec<Hit>, Error> {
        let members = scope.passages_of(self.index, |_| true)?;
        let rescored = rescore_all(self.index, scorer, members)?;
        rerank_until_certain(self.index, query, &rescored, k)
    }
}
