//! Exhaustive search: every passage is scored. The oracle, and the way for small collections.

use jacolbert_index::{EmbeddingsRef, PassageId};
use rayon::prelude::*;

use crate::maxsim::{pack, score};
use crate::ranking::best_first;
use crate::{Error, Hit};

/// The best `k` of `passages` for `query`, by their exact score, best first; ties go to the lower id.
///
/// There are fewer than `k` hits only if fewer passages have a token. Use it for small collections, and
/// to rerank the passages that another engine found. The work is spread over all cores.
///
/// ```
/// use jacolbert_index::{Embeddings, PassageId};
/// use jacolbert_search::exhaustive_search;
///
/// let query = Embeddings::new(vec![1.0, 0.0], 2)?;
/// let fuji = Embeddings::new(vec![0.6, 0.8], 2)?;
/// let biwa = Embeddings::new(vec![0.0, 1.0, 0.8, 0.6], 2)?;
/// let passages = [(PassageId(7), fuji.as_ref()), (PassageId(9), biwa.as_ref())];
/// let hits = exhaustive_search(query.as_ref(), passages, 10)?;
/// assert_eq!(hits[0].passage, PassageId(9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::EmptyQuery`], [`Error::Dim`].
pub fn exhaustive_search<'p>(
    query: EmbeddingsRef<'_>,
    passages: impl IntoIterator<Item = (PassageId, EmbeddingsRef<'p>)>,
    k: usize,
) -> Result<Vec<Hit>, Error> {
    let packed = pack(query, query.dim())?;
    let score_passage = |(passage, rows): (PassageId, EmbeddingsRef<'_>)| {
        if rows.dim() != query.dim() {
            return Err(Error::Dim { query: query.dim(), passages: rows.dim() });
        }
        Ok(score(&packed, rows).map(|score| Hit { passage, score }))
    };
    let passages: Vec<_> = passages.into_iter().collect();
    let scored = passages.into_par_iter().with_min_len(PASSAGES_PER_TASK).map(score_passage);
    // Collected before errors are looked at, so that the error does not depend on the threads.
    let scored: Vec<Result<Option<Hit>, Error>> = scored.collect();
    let hits: Result<Vec<Option<Hit>>, Error> = scored.into_iter().collect();
    Ok(best_first(hits?.into_iter().flatten().collect(), k))
}

/// Passages that a task scores at least, so that tasks are worth starting.
const PASSAGES_PER_TASK: usize = 16;
