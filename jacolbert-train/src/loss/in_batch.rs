//! In-batch negatives: the passages of the other queries of a batch are negatives, too.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::batch_shape::BatchShape;
use super::cross_entropy::cross_entropy;
use crate::Error;

/// The passages of a batch that a query's positive competes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum InBatchNegatives {
    /// All passages of all other queries, including hard negatives, as in ColBERT's code.
    ///
    /// The query's own hard negatives are excluded, because the n-way term has them.
    #[default]
    ColBert,
    /// All other passages of the batch, including the query's own hard negatives, as in PyLate.
    PyLate {
        /// Divisor of the scores, above 0. A lower temperature makes the softmax sharper. PyLate's
        /// default is 1.
        temperature: f32,
    },
}

/// Cross-entropy of each query's positive among the passages of the whole batch.
///
/// ```text
/// scores: [B, B * nway], passages query by query: column j belongs to query j / nway
///
/// ColBERT: mean over i of -log softmax(candidates[i])[0]
///          candidates[i] = scores[i, i * nway], and scores[i, j] for every j / nway != i
///                          [B, B * nway - nway + 1]
/// PyLate:  mean over i of -log softmax(scores[i] / temperature)[i * nway]
/// ```
///
/// With one query, ColBERT's form is 0 and PyLate's is the n-way loss. With one passage per query, the two
/// are equal.
///
/// # Errors
///
/// [`Error::NoScores`] if there is no query or no passage, [`Error::UnequalPassages`] if the
/// number of columns is not a multiple of the number of rows, [`Error::Temperature`].
pub fn in_batch(scores: Tensor<2>, negatives: InBatchNegatives) -> Result<Tensor<1>, Error> {
    let shape = BatchShape::from_all_scores(&scores)?;
    let device = scores.device();
    match negatives {
        InBatchNegatives::ColBert => {
            let candidates = scores.gather(1, shape.candidate_columns(&device));
            let [n_queries, _] = shape.own();
            Ok(cross_entropy(candidates, Tensor::zeros([n_queries, 1], &device)))
        }
        InBatchNegatives::PyLate { temperature } => {
            check_temperature(temperature)?;
            Ok(cross_entropy(scores.div_scalar(temperature), shape.positive_columns(&device)))
        }
    }
}

fn check_temperature(temperature: f32) -> Result<(), Error> {
    if temperature.is_finite() && temperature > 0.0 {
        return Ok(());
    }
    Err(Error::Temperature { temperature })
}
