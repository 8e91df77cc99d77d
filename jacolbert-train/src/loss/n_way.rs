//! N-way loss: each query's positive against its own hard negatives.

use burn::tensor::Tensor;

use super::batch_shape::BatchShape;
use super::cross_entropy::cross_entropy;
use crate::Error;

/// Cross-entropy of each query's positive among its own passages.
///
/// ```text
/// mean over i of -log softmax(scores[i])[0],   scores: [B, nway]
/// ```
///
/// For `nway` 2 it is the pairwise loss of ColBERT. With one passage per query it is 0.
///
/// # Errors
///
/// [`Error::NoScores`] if there is no query or no passage.
pub fn n_way(scores: Tensor<2>) -> Result<Tensor<1>, Error> {
    let [n_queries, _] = BatchShape::from_own_scores(&scores)?.own();
    let positives = Tensor::zeros([n_queries, 1], &scores.device());
    Ok(cross_entropy(scores, positives))
}
