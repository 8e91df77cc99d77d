//! Reranking: exact scores of the decoded passages.

use jacolbert_index::{Index, PackedQuery};

use crate::candidate::Candidate;
use crate::maxsim::sum;
use crate::patience::{BestScores, Gains, Patience};
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
        scored.extend(exact(index, query, candidate)?);
    }
    Ok(hits(index, scored, k))
}

/// More than byte scores are off: with `benches/examples/filtered --passages 150000` and 40 questions, recall@10 is 1 in
/// every part of at most 10,000 passages.
const CERTAINTY: Patience = Patience { fewest_gains: 32, deviations: 8.0 };

/// The best `k` of `rescored`, which come best first by their byte scores, by their exact scores. They are
/// decoded from the best on, for as long as a further one could be a hit.
pub(crate) fn rerank_until_certain(
    index: &Index,
    query: &PackedQuery,
    rescored: &[Candidate],
    k: usize,
) -> Result<Vec<Hit>, Error> {
    let mut scored = Vec::new();
    let mut best = BestScores::new(k);
    let mut gains = Gains::new(CERTAINTY);
    for &candidate in rescored {
        if !gains.may_lift(candidate.score, &best) {
            break;
        }
        if let Some(exact) = exact(index, query, candidate)? {
            best.add(exact.score);
            gains.add(candidate.score, exact.score);
            scored.push(exact);
        }
    }
    Ok(hits(index, scored, k))
}

/// The candidate with its exact score; `None` if the passage has no token.
fn exact(
    index: &Index,
    query: &PackedQuery,
    candidate: Candidate,
) -> Result<Option<Candidate>, Error> {
    let mut best = vec![f32::NEG_INFINITY; query.num_tokens()];
    index.best_dots(query, candidate.segment(index), candidate.position(), &mut best)?;
    Ok(sum(&best).map(|score| candidate.with_score(score)))
}

fn hits(index: &Index, scored: Vec<Candidate>, k: usize) -> Vec<Hit> {
    let best = best_first(scored, k).into_iter();
    best.map(|candidate| candidate.into_hit(index)).collect()
}
