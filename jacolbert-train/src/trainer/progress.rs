//! How far a training has come.

use super::Best;
use crate::data::DataIdentity;

/// How far a training has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Progress {
    /// Updates of the weights.
    pub(super) step: u64,
    /// The rows it is trained with, once it has begun.
    pub(super) data: Option<DataIdentity>,
    pub(super) best: Option<Best>,
    /// Judgements since the best one.
    pub(super) without_improvement: u64,
}

impl Progress {
    /// Takes a judgement; whether it is the best.
    pub(super) fn judged(&mut self, value: f64) -> bool {
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
