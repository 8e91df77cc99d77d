//! Reranking: exact scores of the decoded passages.

use jacolbert_index::{Index, PackedQuery};

use crate::candidate::Candidate;
use crate::maxsim::sum;
use crate::ranking::best_first;
use crate::{Error, Hit};

/// The best `k` of `candidates` by their exact scores, best first. A passage without any token is none.
pub(crate) fn rerank(
    index: &Index,
    query: &PackedQuery,
    candidates: &[Candidate],
    k: usize,
) -> Result<Vec<Hit>, Error> {
    let mut scored = Vec::with_capacity(candidates.len());
    for &candidate in candidates {
        let mut best = vec![f32::NEG_INFINITY; query.num_tokens()];
        index.best_dots(query, candidate.segment(index), candidate.position(), &mut best)?;
        scored.extend(sum(&best).map(|score| candidate.with_score(score)));
    }
    let best = best_first(scored, k).into_iter();
    Ok(best.map(|candidate| candidate.into_hit(index)).collect())
}
