//! Losses of a batch's scores.
//!
//! A batch has `B` queries with `nway` passages each. Column 0 of a query's own passages is its
//! positive, the others are its hard negatives. Scores are tensors:
//!
//! | scores | shape | what |
//! |---|---|---|
//! | own | `[B, nway]` | each query and its own passages |
//! | all | `[B, B * nway]` | each query and all passages, in the order of the queries |
//!
//! | loss | scores | source |
//! |---|---|---|
//! | [`n_way`] | own | ColBERT (Khattab and Zaharia, 2020) |
//! | [`distillation`] | own | ColBERTv2 (Santhanam et al., 2022); min-max: JaColBERTv2.5 (Clavié, 2024) |
//! | [`in_batch`] | all | ColBERTv2 and its code; PyLate's contrastive loss |
//! | [`Loss`] | both | their sum, with which the published models were trained |
//!
//! Every loss is a mean over the queries, has shape `[1]`, and can be differentiated if its scores come
//! from a device with autodiff. The crate's tests compare the gradients with PyTorch.
//!
//! Shapes and options are checked before the computation. Values are not checked, because reading them
//! would stall a GPU: a NaN score gives a NaN loss. Scores must be `f32` or `bf16` and finite; the -9999
//! of a masked token is finite.

mod batch_shape;
mod cross_entropy;
mod distillation;
mod in_batch;
mod n_way;
mod scores;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

pub use distillation::{Normalisation, distillation};
pub use in_batch::{InBatchNegatives, in_batch};
pub use n_way::n_way;
pub use scores::BatchScores;

use crate::Error;

/// The loss of a training: a term over each query's own passages, a term over the passages of the whole
/// batch, or both.
///
/// ```text
/// loss = n_way term + weight * in-batch term
/// ```
///
/// The default is that of JaColBERT v1. Those of v2.5 and of PyLate are
///
/// ```
/// use jacolbert_train::loss::{InBatchNegatives, InBatchTerm, Loss, NWayTerm, Normalisation};
///
/// let v2_5 = Loss { n_way: Some(NWayTerm::Distillation(Normalisation::MinMax)), in_batch: None };
///
/// let negatives = InBatchNegatives::PyLate { temperature: 1.0 };
/// let pylate = Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight: 1.0 }) };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// The term over each query's own passages.
    pub n_way: Option<NWayTerm>,
    /// The term over the passages of the whole batch, which needs `B` times as many scores.
    pub in_batch: Option<InBatchTerm>,
}

/// The term over each query's own passages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum NWayTerm {
    /// The positive should be the best: [`n_way`].
    #[default]
    CrossEntropy,
    /// The scores should follow a teacher's: [`distillation`].
    Distillation(Normalisation),
}

/// The term over the passages of the whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InBatchTerm {
    /// The passages that a query's positive competes with.
    pub negatives: InBatchNegatives,
    /// Factor of the term, from 0 up. The published models have 1.
    pub weight: f32,
}

impl Default for Loss {
    fn default() -> Self {
        Self { n_way: Some(NWayTerm::CrossEntropy), in_batch: Some(InBatchTerm::default()) }
    }
}

impl Default for InBatchTerm {
    fn default() -> Self {
        Self { negatives: InBatchNegatives::default(), weight: 1.0 }
    }
}

impl Loss {
    /// Whether the loss depends on the scores of batches with `batch_size` queries and `n_way` passages
    /// per query. A loss that does not has no gradient.
    pub(crate) fn depends_on_scores(&self, n_way: usize, batch_size: usize) -> bool {
        let n_way_term = match self.n_way {
            None => false,
            // Of two passages, min-max gives one the score 1 and the other 0.
            Some(NWayTerm::Distillation(Normalisation::MinMax)) => n_way > 2,
            Some(NWayTerm::CrossEntropy | NWayTerm::Distillation(Normalisation::None)) => n_way > 1,
        };
        let in_batch_term = self.in_batch.is_some_and(|term| {
            let has_own_negatives = matches!(term.negatives, InBatchNegatives::PyLate { .. });
            term.weight > 0.0 && (batch_size > 1 || (has_own_negatives && n_way > 1))
        });
        n_way_term || in_batch_term
    }

    /// Computes the loss of one batch, `[1]`.
    ///
    /// # Errors
    ///
    /// [`Error::NoTerm`] if it has neither term,
    /// [`Error::NoTeacher`] if it distils and the batch has no scores of a teacher,
    /// [`Error::OwnScoresOnly`] if it has an in-batch term and the batch has no scores for it,
    /// [`Error::Weight`] and [`Error::Temperature`] for options outside their range.
    pub fn compute(&self, scores: BatchScores) -> Result<Tensor<1>, Error> {
        let n_way = self.n_way.map(|term| term.compute(&scores)).transpose()?;
        let in_batch = self.in_batch.map(|term| term.compute(scores)).transpose()?;
        match (n_way, in_batch) {
            (Some(n_way), Some(in_batch)) => Ok(n_way + in_batch),
            (Some(term), None) | (None, Some(term)) => Ok(term),
            (None, None) => Err(Error::NoTerm),
        }
    }
}

impl NWayTerm {
    fn compute(&self, scores: &BatchScores) -> Result<Tensor<1>, Error> {
        match *self {
            NWayTerm::CrossEntropy => n_way(scores.own_passages()),
            NWayTerm::Distillation(normalisation) => {
                let teacher = scores.teacher().ok_or(Error::NoTeacher)?;
                distillation(scores.own_passages(), teacher, normalisation)
            }
        }
    }
}

impl InBatchTerm {
    fn compute(&self, scores: BatchScores) -> Result<Tensor<1>, Error> {
        if !(self.weight.is_finite() && self.weight >= 0.0) {
            return Err(Error::Weight { weight: self.weight });
        }
        let scores = scores.into_all_passages().ok_or(Error::OwnScoresOnly)?;
        Ok(in_batch(scores, self.negatives)?.mul_scalar(self.weight))
    }
}
