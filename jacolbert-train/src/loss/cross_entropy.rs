//! Cross-entropy: the negative logarithm of the softmax of the right column.

use burn::tensor::{Int, Tensor, activation::log_softmax};

/// `mean over i of -log softmax(scores[i])[labels[i]]`, from `[B, columns]` and `[B, 1]`.
pub(super) fn cross_entropy(scores: Tensor<2>, labels: Tensor<2, Int>) -> Tensor<1> {
    log_softmax(scores, 1).gather(1, labels).mean().neg()
}
