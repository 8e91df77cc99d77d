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
/// The pairwise loss of ColBERT for `nway` 2. With one passage a query it is 0, for there is
/// nothing to choose.
///
/// # Errors
///
/// [`Error::NoScores`] if there is no query or no passage.
pub fn n_way(scores: Tensor<2>) -> Result<Tensor<1>, Error> {
    let [n_queries, _] = BatchShape::of_own(&scores)?.own();
    let positives = Tensor::zeros([n_queries, 1], &scores.device());
    Ok(cross_entropy(scores, positives))
}
