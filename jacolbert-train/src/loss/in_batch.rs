//! In-batch negatives: the passages of the other queries of a batch serve as negatives too.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::batch_shape::BatchShape;
use super::cross_entropy::cross_entropy;
use crate::Error;

/// Which passages of a batch a query's positive competes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum InBatchNegatives {
    /// All passages of all other queries, hard negatives included, as in ColBERT's code.
    ///
    /// The query's own hard negatives are left out: the n-way term has them.
    #[default]
    ColBert,
    /// All other passages of the batch, the query's own hard negatives included, as in PyLate.
    PyLate {
        /// What scores are divided by, above 0; less of it makes the softmax sharper. PyLate's
        /// default is 1.
        temperature: f32,
    },
}

/// Cross-entropy of each query's positive among the passages of the whole batch.
///
/// ```text
/// scores: [B, B * nway], passages laid out query by query: that of column j belongs to query j / nway
///
/// ColBERT: mean over i of -log softmax(candidates[i])[0]
///          candidates[i] = scores[i, i * nway], and scores[i, j] for every j / nway != i
///                          [B, B * nway - nway + 1]
/// PyLate:  mean over i of -log softmax(scores[i] / temperature)[i * nway]
/// ```
///
/// With one query ColBERT's form is 0, for there is no other query; PyLate's is the n-way loss.
/// With one passage a query the two are the same.
///
/// # Errors
///
/// [`Error::NoScores`] if there is no query or no passage, [`Error::UnequalPassages`] if the
/// columns cannot be shared equally among the rows, [`Error::Temperature`].
pub fn in_batch(scores: Tensor<2>, negatives: InBatchNegatives) -> Result<Tensor<1>, Error> {
    let shape = BatchShape::of_all(&scores)?;
    let device = scores.device();
    match negatives {
        InBatchNegatives::ColBert => {
            let candidates = scores.gather(1, shape.candidate_columns(&device));
            let [n_queries, _] = shape.own();
            Ok(cross_entropy(candidates, Tensor::zeros([n_queries, 1], &device)))
        }
        InBatchNegatives::PyLate { temperature } => {
            let scores = scores.div_scalar(checked(temperature)?);
            Ok(cross_entropy(scores, shape.positive_columns(&device)))
        }
    }
}

fn checked(temperature: f32) -> Result<f32, Error> {
    if temperature.is_finite() && temperature > 0.0 {
        Ok(temperature)
    } else {
        Err(Error::Temperature { temperature })
    }
}
