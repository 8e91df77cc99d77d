//! Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::options::OptimiserOptions;
use super::slot::Slot;
use super::step::Step;

/// The weights of the points in their average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Averaging {
    sum: f64,
    largest_rate: f64,
}

/// The bits of [`Averaging`], as numbers that JSON keeps exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AveragingState {
    sum_bits: u64,
    largest_rate_bits: u64,
}

impl Averaging {
    /// Adds the next point and returns its share in the average. The weight of a point is the square of
    /// the largest learning rate up to it, so that points of the warm-up count little.
    pub(super) fn add_point(&mut self, learning_rate: f64) -> f64 {
        self.largest_rate = self.largest_rate.max(learning_rate);
        let weight = self.largest_rate * self.largest_rate;
        self.sum += weight;
        if self.sum > 0.0 { weight / self.sum } else { 0.0 }
    }
}

impl From<Averaging> for AveragingState {
    fn from(Averaging { sum, largest_rate }: Averaging) -> Self {
        Self { sum_bits: sum.to_bits(), largest_rate_bits: largest_rate.to_bits() }
    }
}

impl From<AveragingState> for Averaging {
    fn from(state: AveragingState) -> Self {
        let AveragingState { sum_bits, largest_rate_bits } = state;
        Self { sum: f64::from_bits(sum_bits), largest_rate: f64::from_bits(largest_rate_bits) }
    }
}

/// Updates the slot and returns the trained weights `y` after step `t` along the gradient `g` at `y`.
///
/// ```text
/// v = β2 v + (1 - β2) g²
/// d = g / (√(v / (1 - β2^t)) + ε) + λ y
/// y = (1 - c) y + c z - lr (1 - β1 (1 - c)) d
/// z = z - lr d
/// ```
///
/// `c` is the [share](Averaging::add_point) of the new `z` in the average. It is the same as
/// `x = (1 - c) x + c z`, `y = (1 - β1) z + β1 x`, without storing `x`.
pub(super) fn update(
    options: &OptimiserOptions,
    slot: &mut Slot,
    weights: Tensor<1>,
    gradient: Tensor<1>,
    step: Step,
) -> Tensor<1> {
    let &OptimiserOptions { beta_1, beta_2, epsilon, .. } = options;
    let Step { number, learning_rate, weight_decay, share } = step;

    let mean_square = slot.second.clone().mul_scalar(beta_2);
    slot.second = mean_square + gradient.clone().square().mul_scalar(1.0 - beta_2);
    let corrected = 1.0 - beta_2.powf(number as f64);
    let root = slot.second.clone().div_scalar(corrected).sqrt().add_scalar(epsilon);
    let direction = gradient / root + weights.clone().mul_scalar(weight_decay);

    let towards = (slot.first.clone() - weights.clone()).mul_scalar(share);
    let forward = learning_rate * (1.0 - beta_1 * (1.0 - share));
    slot.first = slot.first.clone() - direction.clone().mul_scalar(learning_rate);
    weights + towards - direction.mul_scalar(forward)
}

/// The average `x = y + (1 - 1/β1) (z - y)`.
pub(super) fn average(options: &OptimiserOptions, trained: Tensor<1>, slot: &Slot) -> Tensor<1> {
    let apart = slot.first.clone() - trained.clone();
    trained + apart.mul_scalar(1.0 - 1.0 / options.beta_1)
}
