//! The learning rate of every step.

use serde::{Deserialize, Serialize};

/// The learning rate of every step: a warm-up, and what comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The largest learning rate, above 0.
    pub learning_rate: f64,
    /// Steps over which it is reached, in equal parts.
    pub warmup_steps: u64,
    /// What comes after them.
    pub decay: Decay,
}

/// What the learning rate does after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decay {
    /// It falls in equal parts, and would be 0 at the step after the last.
    #[default]
    Linear,
    /// It stays, as schedule-free optimisers need it.
    None,
}

impl Default for Schedule {
    /// As JaColBERT v2.5, with the decay of v1 and v2.
    fn default() -> Self {
        Self { learning_rate: 3e-5, warmup_steps: 2_500, decay: Decay::Linear }
    }
}

impl Schedule {
    /// The learning rate of step `step`, from 0, of `steps` in all.
    ///
    /// ```text
    /// step < warmup:  learning_rate * (step + 1) / warmup
    /// otherwise:      learning_rate * (steps - step) / (steps - warmup)   if it decays
    /// ```
    ///
    /// Transformers' schedule begins with a rate of 0, whose step is wasted; this one does not.
    pub fn rate(&self, step: u64, steps: u64) -> f64 {
        let Self { learning_rate, warmup_steps, decay } = *self;
        if step < warmup_steps {
            return learning_rate * (step + 1) as f64 / warmup_steps as f64;
        }
        match decay {
            Decay::None => learning_rate,
            Decay::Linear => {
                let (left, all) = (steps.saturating_sub(step), steps.saturating_sub(warmup_steps));
                learning_rate * left as f64 / all.max(1) as f64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_rises_to_the_largest_and_falls_towards_zero() {
        let schedule = Schedule { learning_rate: 2.0, warmup_steps: 4, decay: Decay::Linear };
        let rates: Vec<f64> = (0..8).map(|step| schedule.rate(step, 8)).collect();
        assert_eq!(rates, [0.5, 1.0, 1.5, 2.0, 2.0, 1.5, 1.0, 0.5]);
    }

    #[test]
    fn without_decay_the_rate_stays() {
        let schedule = Schedule { learning_rate: 2.0, warmup_steps: 2, decay: Decay::None };
        let rates: Vec<f64> = (0..4).map(|step| schedule.rate(step, 4)).collect();
        assert_eq!(rates, [1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn a_training_shorter_than_its_warm_up_has_rates() {
        let schedule = Schedule { learning_rate: 1.0, warmup_steps: 10, decay: Decay::Linear };
        assert_eq!(schedule.rate(4, 5), 0.5);
        assert_eq!(Schedule { warmup_steps: 5, ..schedule }.rate(5, 5), 0.0);
    }
}
