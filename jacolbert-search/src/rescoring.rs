//! Passages rescored in bytes, the most promising first, until no further one is likely to be a hit.

use jacolbert_index::{PassageId, Scorer, Segment};

use crate::Error;
use crate::hit::{Hit, ranked};

/// Standard deviations that the gain of a passage has to be above the mean for the search to miss it.
///
/// Picked on the embeddings of `benches/peers`: at 2.5 recall@10 is half a hundredth below that of many
/// more candidates among 2,000 passages, and a hundredth among 10,000.
const PATIENCE: f64 = 2.5;

/// Gains that are seen before anything is concluded from them.
const FEWEST_GAINS: usize = 16;

/// What has been rescored so far.
#[derive(Debug)]
pub(crate) struct Rescoring<'s, 'a> {
    scorer: &'s mut Scorer<'a>,
    hits: Vec<Hit>,
    best: BestScores,
    gains: Gains,
}

impl<'s, 'a> Rescoring<'s, 'a> {
    /// Nothing yet; wanted are the best `k`.
    pub(crate) fn new(scorer: &'s mut Scorer<'a>, k: usize) -> Self {
        Self { scorer, hits: Vec::new(), best: BestScores::new(k), gains: Gains::default() }
    }

    /// Rescores a passage of which no coarse score is known.
    pub(crate) fn add(
        &mut self,
        passage: PassageId,
        segment: &Segment,
        position: usize,
    ) -> Result<Option<f32>, Error> {
        let score = self.scorer.byte_score(segment, position)?;
        if let Some(score) = score {
            self.hits.push(Hit { passage, score });
            self.best.add(score);
        }
        Ok(score)
    }

    /// Rescores a passage that has the coarse score `coarse`.
    pub(crate) fn add_coarse(
        &mut self,
        coarse: Hit,
        segment: &Segment,
        position: usize,
    ) -> Result<(), Error> {
        if let Some(score) = self.add(coarse.passage, segment, position)? {
            self.gains.add(f64::from(score) - f64::from(coarse.score));
        }
        Ok(())
    }

    /// Whether a passage with this coarse score, or a lower one, may still be among the best.
    pub(crate) fn may_gain(&self, coarse: f32) -> bool {
        match (self.best.last(), self.gains.highest_likely()) {
            (Some(last), Some(gain)) => f64::from(coarse) + gain >= f64::from(last),
            _ => true,
        }
    }

    /// The `n` best.
    pub(crate) fn into_best(self, n: usize) -> Vec<PassageId> {
        ranked(self.hits, n).into_iter().map(|hit| hit.passage).collect()
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

/// By how much scores in bytes are above coarse ones.
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

    /// The gain that hardly any passage is above.
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
