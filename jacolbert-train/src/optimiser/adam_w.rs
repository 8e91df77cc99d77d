//! AdamW: Adam with a weight decay apart from the gradient.

use burn::tensor::Tensor;

use super::options::OptimiserOptions;
use super::slot::Slot;
use super::step::Step;

/// Updates the slot and returns the weights `w` after step `t` along the gradient `g`.
///
/// ```text
/// m = β1 m + (1 - β1) g
/// v = β2 v + (1 - β2) g²
/// w = (1 - lr λ) w - lr / (1 - β1^t) * m / (√(v / (1 - β2^t)) + ε)
/// ```
pub(super) fn update(
    options: &OptimiserOptions,
    slot: &mut Slot,
    weights: Tensor<1>,
    gradient: Tensor<1>,
    step: Step,
) -> Tensor<1> {
    let &OptimiserOptions { beta_1, beta_2, epsilon, .. } = options;
    let Step { number, learning_rate, weight_decay, .. } = step;
    let corrected = |beta: f64| 1.0 - beta.powf(number as f64);

    let mean = slot.first.clone().mul_scalar(beta_1);
    slot.first = mean + gradient.clone().mul_scalar(1.0 - beta_1);
    let mean_square = slot.second.clone().mul_scalar(beta_2);
    slot.second = mean_square + gradient.square().mul_scalar(1.0 - beta_2);

    let root = slot.second.clone().sqrt().div_scalar(corrected(beta_2).sqrt());
    let direction = slot.first.clone() / root.add_scalar(epsilon);
    let decayed = weights.mul_scalar(1.0 - learning_rate * weight_decay);
    decayed - direction.mul_scalar(learning_rate / corrected(beta_1))
}
