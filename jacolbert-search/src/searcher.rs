//! Search through an index: the pipeline.

use jacolbert_index::{Embeddings, EmbeddingsRef, Index, PackedQuery, PassageId, Scorer};
use rayon::prelude::*;

use crate::candidates::{Scope, shortlist};
use crate::explain::{Match, matches};
use crate::hit::ranked;
use crate::query::{ready, score_in};
use crate::rescoring::Rescoring;
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
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        self.search_in(query, options, Scope::All)
    }

    /// As [`search`](Self::search), among the passages of `subset` only.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_among(
        &self,
        query: EmbeddingsRef<'_>,
        subset: &PassageSubset,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        self.search_in(query, options, Scope::Subset(subset))
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
        let query = ready(query, self.index.dim())?;
        let mut passages = passages.to_vec();
        passages.sort_unstable();
        passages.dedup();
        passages.retain(|&passage| {
            passage.index() >= self.index.num_ids() || self.index.contains(passage)
        });
        Ok(ranked(self.scored(&query, &passages)?, k))
    }

    /// For each query token the token of `passage` that it matches best: the parts of which the score
    /// of a hit is the sum. None if the passage has no token.
    ///
    /// # Errors
    /// As [`rerank`](Self::rerank), and [`jacolbert_index::Error::DeletedPassage`] within
    /// [`Error::Index`].
    pub fn explain(
        &self,
        query: EmbeddingsRef<'_>,
        passage: PassageId,
    ) -> Result<Vec<Match>, Error> {
        let query = ready(query, self.index.dim())?;
        let decoded = self.index.decode(passage)?;
        Ok(matches(&query, decoded.as_ref()))
    }

    fn search_in(
        &self,
        query: EmbeddingsRef<'_>,
        options: &SearchOptions,
        scope: Scope<'_>,
    ) -> Result<Vec<Hit>, Error> {
        let query = ready(query, self.index.dim())?;
        let mut scorer = Scorer::new(self.index, &query);
        let shortlist = shortlist(self.index, &scorer, scope, options)?;
        let promising = self.promising(&mut scorer, scope, &shortlist, options)?;
        let hits = self.scored(&query, &promising)?;
        Ok(ranked(hits, options.k))
    }

    /// The passages that score best in bytes: of flat segments and, as long as they may be among the
    /// best, of the shortlist.
    fn promising(
        &self,
        scorer: &mut Scorer<'_>,
        scope: Scope<'_>,
        shortlist: &[Hit],
        options: &SearchOptions,
    ) -> Result<Vec<PassageId>, Error> {
        let flat = self.flat(scope);
        if flat.len() + shortlist.len() <= options.n_exact() {
            return Ok(flat.into_iter().chain(shortlist.iter().map(|hit| hit.passage)).collect());
        }
        let mut rescoring = Rescoring::new(scorer, options.k);
        for passage in flat {
            let (segment, position) = self.index.locate(passage)?;
            rescoring.add(passage, segment, position)?;
        }
        for &hit in shortlist {
            if options.n_rescored.is_none() && !rescoring.may_gain(hit.score) {
                break;
            }
            let (segment, position) = self.index.locate(hit.passage)?;
            rescoring.add_coarse(hit, segment, position)?;
        }
        Ok(rescoring.into_best(options.n_exact()))
    }

    /// The passages of flat segments.
    fn flat(&self, scope: Scope<'_>) -> Vec<PassageId> {
        let flat = self.index.segments().iter().filter(|segment| segment.is_flat());
        let all = flat.flat_map(|segment| {
            (0..segment.num_passages()).map(|position| segment.passage_id(position))
        });
        all.filter(|&passage| scope.admits(self.index, passage)).collect()
    }

    fn scored(&self, query: &PackedQuery, passages: &[PassageId]) -> Result<Vec<Hit>, Error> {
        let mut hits = Vec::with_capacity(passages.len());
        for &passage in passages {
            if let Some(score) = score_in(query, self.index, passage)? {
                hits.push(Hit { passage, score });
            }
        }
        Ok(hits)
    }
}
