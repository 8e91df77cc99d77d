//! Patience: when a stage may stop, since no further candidate is likely to be a hit.

/// How sure a stage is before it stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Gains to see before anything is concluded from them.
    pub(crate) fewest_gains: usize,
    /// Standard deviations above the mean gain that no passage is taken to gain.
    pub(crate) deviations: f64,
}

/// The best `k` scores so far, best first.
#[derive(Debug)]
pub(crate) struct BestScores {
    k: usize,
    scores: Vec<f32>,
}

impl BestScores {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, scores: Vec::new() }
    }

    pub(crate) fn add(&mut self, score: f32) {
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

/// By how much the scores of a stage exceed those of the stage before.
#[derive(Debug)]
pub(crate) struct Gains {
    patience: Patience,
    num: usize,
    sum: f64,
    sum_of_squares: f64,
}

impl Gains {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, num: 0, sum: 0.0, sum_of_squares: 0.0 }
    }

    pub(crate) fn add(&mut self, before: f32, after: f32) {
        let gain = f64::from(after) - f64::from(before);
        self.num += 1;
        self.sum += gain;
        self.sum_of_squares += gain * gain;
    }

    /// Whether a passage with this score from the stage before, or a lower one, may still be among the best.
    pub(crate) fn may_lift(&self, before: f32, best: &BestScores) -> bool {
        match (best.last(), self.highest_likely()) {
            (Some(last), Some(gain)) => f64::from(before) + gain >= f64::from(last),
            _ => true,
        }
    }

    /// The gain that hardly any passage exceeds; `None` before enough gains were seen.
    fn highest_likely(&self) -> Option<f64> {
        if self.num < self.patience.fewest_gains {
            return None;
        }
        let mean = self.sum / self.num as f64;
        let variance = (self.sum_of_squares / self.num as f64 - mean * mean).max(0.0);
        Some(mean + self.patience.deviations * variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Patience = Patience { fewest_gains: 16, deviations: 2.5 };

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
            gains in prop::collection::vec(-5.0f32..5.0, PATIENCE.fewest_gains..200),
        ) {
            let mut seen = Gains::new(PATIENCE);
            gains.iter().for_each(|&gain| seen.add(0.0, gain));
            let highest = seen.highest_likely().unwrap_or(f64::NAN);
            // Cantelli's inequality: a share of 1 / (1 + 2.5^2) at most.
            let above = gains.iter().filter(|&&gain| f64::from(gain) > highest).count();
            prop_assert!(above as f64 <= gains.len() as f64 / (1.0 + PATIENCE.deviations.powi(2)));
        }
    }

    #[test]
    fn nothing_is_concluded_from_few_gains() {
        let mut gains = Gains::new(PATIENCE);
        (1..PATIENCE.fewest_gains).for_each(|_| gains.add(2.0, 3.0));
        assert_eq!(gains.highest_likely(), None);
        gains.add(2.0, 3.0);
        assert_eq!(gains.highest_likely(), Some(1.0));
    }
}
