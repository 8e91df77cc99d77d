//! The score of a passage: MaxSim.

use jacolbert_index::{EmbeddingsRef, PackedQuery};

use crate::Error;

/// The score of a passage for a query: `sum over i of max over j of <q_i, d_j>`, with the query's
/// rows `q` `[query tokens, dim]` and the passage's rows `d` `[passage tokens, dim]` (MaxSim, Khattab
/// and Zaharia, arXiv 2004.12832, equation 3).
///
/// `None` if the passage has no token: such a passage has no score and is never a hit.
///
/// ```
/// use jacolbert_index::Embeddings;
/// use jacolbert_search::maxsim;
///
/// let query = Embeddings::new(vec![1.0, 0.0, 0.0, 1.0], 2)?;
/// let passage = Embeddings::new(vec![0.6, 0.8, 0.8, 0.6], 2)?;
/// assert_eq!(maxsim(query.as_ref(), passage.as_ref())?, Some(1.6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::EmptyQuery`], [`Error::Dim`].
pub fn maxsim(query: EmbeddingsRef<'_>, passage: EmbeddingsRef<'_>) -> Result<Option<f32>, Error> {
    Ok(score(&pack(query, passage.dim())?, passage))
}

/// Lays the query out for passages whose rows have length `dim`; it has at least one token.
pub(crate) fn pack(query: EmbeddingsRef<'_>, dim: usize) -> Result<PackedQuery, Error> {
    if query.is_empty() {
        return Err(Error::EmptyQuery);
    }
    if query.dim() != dim {
        return Err(Error::Dim { query: query.dim(), passages: dim });
    }
    Ok(PackedQuery::new(query))
}

/// The score of the passage with the rows `passage`.
pub(crate) fn score(query: &PackedQuery, passage: EmbeddingsRef<'_>) -> Option<f32> {
    let mut best = vec![f32::NEG_INFINITY; query.num_tokens()];
    query.panels().best_dots(passage.values(), &mut best);
    sum(&best)
}

/// The score from the best product of each query token, summed in their order; `None` if there was no
/// passage token.
pub(crate) fn sum(best: &[f32]) -> Option<f32> {
    let sum = best.iter().sum::<f32>();
    (sum != f32::NEG_INFINITY).then_some(sum)
}
