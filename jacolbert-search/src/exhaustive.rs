//! Exhaustive search: every passage is scored. The oracle, and the way for small collections.

use jacolbert_index::{Embeddings, EmbeddingsRef, PassageId};
use rayon::prelude::*;

use crate::hit::ranked;
use crate::query::{ready, score};
use crate::{Error, Hit};

/// The best `k` of `passages` for `query`, by their exact score; a passage's id is its position.
///
/// Fewer than `k` hits come back only where fewer passages have a token. This is also how the
/// passages that another engine found are reranked. The work is spread over all cores.
///
/// ```
/// use jacolbert_index::{Embeddings, PassageId};
/// use jacolbert_search::exhaustive_search;
///
/// let query = Embeddings::new(vec![1.0, 0.0], 2)?;
/// let passages =
///     [Embeddings::new(vec![0.6, 0.8], 2)?, Embeddings::new(vec![0.0, 1.0, 0.8, 0.6], 2)?];
/// let hits = exhaustive_search(query.as_ref(), &passages, 10)?;
/// assert_eq!(hits[0].passage, PassageId(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::EmptyQuery`], [`Error::Dim`].
pub fn exhaustive_search(
    query: EmbeddingsRef<'_>,
    passages: &[Embeddings],
    k: usize,
) -> Result<Vec<Hit>, Error> {
    let query_ready = ready(query, query.dim())?;
    let scored: Vec<Result<Option<Hit>, Error>> = passages
        .par_iter()
        .enumerate()
        .with_min_len(16)
        .map(|(position, passage)| {
            if passage.dim() != query.dim() {
                return Err(Error::Dim { query: query.dim(), passages: passage.dim() });
            }
            let passage_id = PassageId(position as u32);
            Ok(score(&query_ready, passage.as_ref())
                .map(|score| Hit { passage: passage_id, score }))
        })
        .collect();
    let scored: Result<Vec<Option<Hit>>, Error> = scored.into_iter().collect();
    Ok(ranked(scored?.into_iter().flatten().collect(), k))
}
