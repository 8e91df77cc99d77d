//! Why a passage was found: which of its tokens each query token matched.

use jacolbert_index::{EmbeddingsRef, PackedQuery};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::maxsim::pack;

/// The passage token that a query token matches best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Number of the passage token among those that the index keeps, from 0. Of equal tokens, the first.
    pub passage_token: usize,
    /// Their dot product.
    pub score: f32,
}

/// The best match of each token of `query` among the tokens of `passage`; empty if the passage has no
/// token. The scores add up to [`maxsim`](crate::maxsim).
///
/// ```
/// use jacolbert_index::Embeddings;
/// use jacolbert_search::{Match, explain};
///
/// let query = Embeddings::new(vec![1.0, 0.0], 2)?;
/// let passage = Embeddings::new(vec![0.6, 0.8, 0.8, 0.6], 2)?;
/// let matches = explain(query.as_ref(), passage.as_ref())?;
/// assert_eq!(matches, [Match { passage_token: 1, score: 0.8 }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::EmptyQuery`], [`Error::Dim`].
pub fn explain(query: EmbeddingsRef<'_>, passage: EmbeddingsRef<'_>) -> Result<Vec<Match>, Error> {
    Ok(matches(&pack(query, passage.dim())?, passage))
}

/// One match per query token; none if the passage has no token.
pub(crate) fn matches(query: &PackedQuery, passage: EmbeddingsRef<'_>) -> Vec<Match> {
    let n = query.num_tokens();
    let dots = query.panels().dots(passage.values());
    let mut rows = dots.chunks_exact(n).enumerate();
    let Some((_, first)) = rows.next() else { return Vec::new() };
    let first = first.iter().map(|&score| Match { passage_token: 0, score });
    rows.fold(first.collect(), |mut best: Vec<Match>, (passage_token, dots)| {
        for (best, &score) in best.iter_mut().zip(dots) {
            if score > best.score {
                *best = Match { passage_token, score };
            }
        }
        best
    })
}
