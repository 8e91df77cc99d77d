//! The progress of a training.

use super::outcome::Best;
use crate::data::DataIdentity;

/// The progress of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Progress {
    /// Updates of the weights.
    pub(super) step: u64,
    /// The rows of the training, once it has begun.
    pub(super) data: Option<DataIdentity>,
    pub(super) best: Option<Best>,
    /// Validations since the best one.
    pub(super) without_improvement: u64,
    /// The steps at which it was prolonged.
    pub(super) prolonged_at: Vec<u64>,
}

impl Progress {
    /// Records the value of a validation, and says whether it is the best.
    pub(super) fn record(&mut self, value: f64) -> bool {
        let is_best = !value.is_nan() && self.best.is_none_or(|best| value > best.value);
        if is_best {
            self.best = Some(Best { step: self.step, value });
            self.without_improvement = 0;
        } else {
            self.without_improvement += 1;
        }
        is_best
    }
}
