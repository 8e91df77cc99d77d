//! Cross-entropy: minus the log of the share that a softmax gives to the right column.

use burn::tensor::{Int, Tensor};

/// How far below the best score of its row a score still counts in the softmax: `exp(-20)`, 2e-9, is
/// less than `f32` can add to 1.
///
/// What is further away gets the gradient 0. Its own would be so small that most of the backward pass
/// would be of subnormal numbers, with which a CPU takes many times as long.
const REACH: f32 = 20.0;

/// `mean over i of -log softmax(scores[i])[labels[i]]`, from `[B, columns]` and `[B, 1]`.
pub(super) fn cross_entropy(scores: Tensor<2>, labels: Tensor<2, Int>) -> Tensor<1> {
    let best = scores.clone().detach().max_dim(1);
    let apart = scores - best;
    let far = apart.clone().lower_elem(-REACH);
    let sums = apart.clone().exp().mask_fill(far, 0.0).sum_dim(1);
    (sums.log() - apart.gather(1, labels)).mean()
}
