//! The shortlist: the candidates that score best if each token is taken for its centroid.

use jacolbert_index::{Index, Scorer};

use crate::candidate::Candidate;
use crate::ranking::best_first;
use crate::{Error, SearchOptions};

/// The best of the clustered `candidates` by their coarse scores, best first; at most
/// [`SearchOptions::n_rescored`].
pub(crate) fn shortlist(
    index: &Index,
    scorer: &Scorer<'_>,
    candidates: &[Candidate],
    options: &SearchOptions,
) -> Result<Vec<Candidate>, Error> {
    let step = scorer.centroid_scores().map_or(0.0, |scores| scores.coarse_step());
    let mut scored = Vec::with_capacity(candidates.len());
    for &candidate in candidates {
        let steps = scorer.coarse_score(candidate.segment(index), candidate.position())?;
        scored.extend(steps.map(|steps| candidate.with_score(steps as f32 * step)));
    }
    Ok(best_first(scored, options.n_rescored(index.num_passages())))
}
