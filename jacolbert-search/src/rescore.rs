//! Rescoring: candidates with their residuals, in bytes, until no further one is likely to be a hit.

use jacolbert_index::{Index, Scorer};

use crate::candidate::Candidate;
use crate::ranking::best_first;
use crate::{Error, SearchOptions};

/// How many standard deviations above the mean gain a passage would have to gain for the search to miss
/// it.
///
/// Chosen on the embeddings of `benches/peers`: at 2.5 recall@10 is 0.5 % lower than with many more
/// candidates among 2,000 passages, and 1 % lower among 10,000.
const PATIENCE: f64 = 2.5;

/// Gains to see before anything is concluded from them.
const FEWEST_GAINS: usize = 16;

/// The best [`SearchOptions::n_exact`] of the passages of flat segments, `flat`, and of the `shortlist`,
/// by their byte scores. Flat passages are all scored. The shortlist is scored from its best on, for as
/// long as a further passage is likely to be a hit, or to its end if `n_rescored` is given.
pub(crate) fn rescore(
    index: &Index,
    scorer: &mut Scorer<'_>,
    flat: Vec<Candidate>,
    shortlist: Vec<Candidate>,
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
    let mut gains = Gains::default();
    for candidate in shortlist {
        if options.n_rescored.is_none() && !is_likely_hit(candidate, &best, &gains) {
            break;
        }
        if let Some(score) = scorer.byte_score(candidate.segment(index), candidate.position())? {
            rescored.push(candidate.with_score(score));
            best.add(score);
            gains.add(f64::from(score) - f64::from(candidate.score));
        }
    }
    Ok(best_first(rescored, options.n_exact()))
}

/// Whether a passage with this coarse score, or a lower one, may still be among the best.
fn is_likely_hit(coarse: Candidate, best: &BestScores, gains: &Gains) -> bool {
    match (best.last(), gains.highest_likely()) {
        (Some(last), Some(gain)) => f64::from(coarse.score) + gain >= f64::from(last),
        _ => true,
    }
}

/// The best `k` scores so far, best first.
#[derive(Debug)]
struct BestScores {
    k: usize,
    scores: Vec<f32>,
}

impl BestScores {
    fn new(k: usize) -> Self {
        Self { k, scores: Vec::new() }
    }

    fn add(&mut self, score: f32) {
        let at = self.scores.partition_point(|&best| best >= score);
        if at < self.k {
            self.scores.truncate(self.k - 1);
            self.scores.insert(at, score);
        }
    }

    /// The lowest of them, once there are `k`.
    fn last(&self) -> Option<f32> {
        self.scores.get(self.k.checked_sub(1)?).copied()
    }
}

/// By how much byte scores exceed coarse scores.
#[derive(Debug, Default)]
struct Gains {
    num: usize,
    sum: f64,
    sum_of_squares: f64,
}

impl Gains {
    fn add(&mut self, gain: f64) {
        self.num += 1;
        self.sum += gain;
        self.sum_of_squares += gain * gain;
    }

    /// The gain that hardly any passage exceeds; `None` before enough gains were seen.
    fn highest_likely(&self) -> Option<f64> {
        if self.num < FEWEST_GAINS {
            return None;
        }
        let mean = self.sum / self.num as f64;
        let variance = (self.sum_of_squares / self.num as f64 - mean * mean).max(0.0);
        Some(mean + PATIENCE * variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn best_scores_are_those_of_a_full_sort(
            scores in prop::collection::vec(-9i8..9, 0..60),
            k in 0usize..20,
        ) {
            let mut best = BestScores::new(k);
            let mut sorted: Vec<f32> = scores.iter().map(|&score| score.into()).collect();
            sorted.iter().for_each(|&score| best.add(score));
            sorted.sort_by(|a, b| b.total_cmp(a));
            let last = k.checked_sub(1).and_then(|last| sorted.get(last).copied());
            prop_assert_eq!(best.last(), last);
            sorted.truncate(k);
            prop_assert_eq!(best.scores, sorted);
        }

        #[test]
        fn few_gains_are_above_the_highest_likely(
            gains in prop::collection::vec(-5.0f64..5.0, FEWEST_GAINS..200),
        ) {
            let mut seen = Gains::default();
            gains.iter().for_each(|&gain| seen.add(gain));
            let highest = seen.highest_likely().unwrap_or(f64::NAN);
            // Cantelli's inequality: a share of 1 / (1 + 2.5^2) at most.
            let above = gains.iter().filter(|&&gain| gain > highest).count();
            prop_assert!(above as f64 <= gains.len() as f64 / (1.0 + PATIENCE * PATIENCE));
        }
    }

    #[test]
    fn nothing_is_concluded_from_few_gains() {
        let mut gains = Gains::default();
        (1..FEWEST_GAINS).for_each(|_| gains.add(1.0));
        assert_eq!(gains.highest_likely(), None);
        gains.add(1.0);
        assert_eq!(gains.highest_likely(), Some(1.0));
    }
}
