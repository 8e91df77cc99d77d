//! Rescoring: candidates with their residuals, in bytes, until no further one is likely to be a hit.

use jacolbert_index::{Index, Scorer};

use crate::candidate::Candidate;
use crate::patience::{BestScores, Gains, Patience};
use crate::ranking::best_first;
use crate::scope::Scope;
use crate::{Error, SearchOptions};

/// How many standard deviations above the mean gain a passage would have to gain for the search to miss
/// it.
///
/// Chosen on the embeddings of `benches/peers`: at 2.5 recall@10 is 0.5 % lower than with many more
/// candidates among 2,000 passages, and 1 % lower among 10,000.
const PATIENCE: Patience = Patience { fewest_gains: 16, deviations: 2.5 };

/// The same among a subset. It may hold nothing that suits the query; then many passages have nearly the score of the
/// last hit, and each of them may gain enough.
///
/// Chosen with `benches/examples/filtered --passages 150000` on the passages of JaQuAD and 40 questions: without a subset
/// recall@10 is .998. Among ranges of ids it is .973 to .993 with 2.5, and .995 to .998 with 5, in about the same time.
const PATIENCE_AMONG_SUBSET: Patience = Patience { fewest_gains: 16, deviations: 5.0 };

/// The best [`SearchOptions::n_exact`] of the passages of flat segments, `flat`, and of the `shortlist`,
/// by their byte scores. Flat passages are all scored. The shortlist is scored from its best on, for as
/// long as a further passage is likely to be a hit, or to its end if `n_rescored` is given.
pub(crate) fn rescore(
    index: &Index,
    scorer: &mut Scorer<'_>,
    flat: Vec<Candidate>,
    shortlist: Vec<Candidate>,
    scope: Scope<'_>,
    options: &SearchOptions,
) -> Result<Vec<Candidate>, Error> {
    if flat.len() + shortlist.len() <= options.n_exact() {
        return Ok([flat, shortlist].concat());
    }
    let mut rescored = Vec::new();
    let mut best = BestScores::new(options.k);
    for candidate in flat {
        if let Some(score) = scorer.byte_score(candidate.segment(index), candidate.position())? {
            rescored.push(candidate.with_score(score));
            best.add(score);
        }
    }
    let mut gains = Gains::new(match scope {
        Scope::All => PATIENCE,
        Scope::Subset(_) => PATIENCE_AMONG_SUBSET,
    });
    for candidate in shortlist {
        if options.n_rescored.is_none() && !gains.may_lift(candidate.score, &best) {
            break;
        }
        if let Some(score) = scorer.byte_score(candidate.segment(index), candidate.position())? {
            rescored.push(candidate.with_score(score));
            best.add(score);
            gains.add(candidate.score, score);
        }
    }
    Ok(best_first(rescored, options.n_exact()))
}

/// All of the `candidates` by their byte scores, best first.
pub(crate) fn rescore_all(
    index: &Index,
    scorer: &mut Scorer<'_>,
    candidates: Vec<Candidate>,
) -> Result<Vec<Candidate>, Error> {
    let mut rescored = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let score = scorer.byte_score(candidate.segment(index), candidate.position())?;
        rescored.extend(score.map(|score| candidate.with_score(score)));
    }
    Ok(best_first(rescored, usize::MAX))
}
