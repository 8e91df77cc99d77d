//! The schedule of the learning rate.

use serde::{Deserialize, Serialize};

/// The schedule of the learning rate: a warm-up and then a decay.
///
/// ```
/// use jacolbert_train::{Decay, Schedule};
///
/// let schedule = Schedule { learning_rate: 2.0, warmup_steps: 2, decay: Decay::Linear };
/// assert_eq!([0, 1, 2, 3].map(|step| schedule.rate(step, 4)), [1.0, 2.0, 2.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// The largest learning rate, above 0. Default: 3e-5. A larger one learns faster, until the training
    /// diverges.
    pub learning_rate: f64,
    /// Steps of the linear warm-up. Default: 2,500. More make the beginning slower and more stable.
    pub warmup_steps: u64,
    /// The decay after the warm-up. Default: [`Decay::Linear`].
    pub decay: Decay,
}

/// The decay of the learning rate after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decay {
    /// Linear, to 0 at the step after the last.
    #[default]
    Linear,
    /// None, as schedule-free optimisers need it.
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
    /// Unlike the schedule of transformers, it does not begin with a rate of 0, which wastes a step.
    pub fn rate(&self, step: u64, steps: u64) -> f64 {
        let Self { learning_rate, warmup_steps, decay } = *self;
        if step < warmup_steps {
            return learning_rate * (step + 1) as f64 / warmup_steps as f64;
        }
        match decay {
            Decay::None => learning_rate,
            Decay::Linear => {
                let left = steps.saturating_sub(step);
                let all = steps.saturating_sub(warmup_steps);
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
