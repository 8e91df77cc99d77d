//! Distillation: the student learns the teacher's distribution over a query's passages.

use burn::tensor::{Tensor, activation::log_softmax};
use serde::{Deserialize, Serialize};

use super::batch_shape::BatchShape;
use crate::Error;

/// The normalisation of a query's scores, the student's and the teacher's, before the softmax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Normalisation {
    /// None, as in ColBERTv2. The student learns the scale of the teacher's scores.
    #[default]
    None,
    /// `(s - min) / (max - min + 1e-8)` over the query's passages, as in JaColBERTv2.5.
    ///
    /// It removes the scale of the teacher. It is useless with two passages per query: their scores
    /// become 0 and 1, and the gradient vanishes. If a student gives all passages of a query the same
    /// score, the gradient is of the order of 1e8, so clip it.
    MinMax,
}

/// Kullback-Leibler divergence of the student's distribution over each query's passages from the
/// teacher's.
///
/// ```text
/// 1/B * sum over i, j of t[i, j] * (log t[i, j] - log p[i, j])
/// t = softmax(teacher),  p = softmax(scores),   scores, teacher: [B, nway]
/// ```
///
/// The teacher is a constant without a gradient. It is converted to the device and float type of the
/// student.
///
/// # Errors
///
/// [`Error::NoScores`] if there is no query or no passage, [`Error::TeacherShape`] if the two
/// shapes differ.
pub fn distillation(
    scores: Tensor<2>,
    teacher: Tensor<2>,
    normalisation: Normalisation,
) -> Result<Tensor<1>, Error> {
    let shape = BatchShape::from_own_scores(&scores)?;
    check_teacher(shape, &teacher)?;
    let teacher = constant_like(&scores, teacher);

    let log_p = log_softmax(normalisation.apply(scores), 1);
    let log_t = log_softmax(normalisation.apply(teacher), 1);
    let divergence = log_t.clone().exp() * (log_t - log_p);
    Ok(divergence.sum_dim(1).mean())
}

/// Checks that the teacher's scores are of the same passages as the student's.
pub(super) fn check_teacher(shape: BatchShape, teacher: &Tensor<2>) -> Result<(), Error> {
    if teacher.dims() != shape.own() {
        return Err(Error::TeacherShape { student: shape.own(), teacher: teacher.dims() });
    }
    Ok(())
}

fn constant_like(scores: &Tensor<2>, teacher: Tensor<2>) -> Tensor<2> {
    teacher.without_autodiff().to_device(&scores.device()).cast(scores.dtype())
}

impl Normalisation {
    fn apply(self, scores: Tensor<2>) -> Tensor<2> {
        match self {
            Normalisation::None => scores,
            Normalisation::MinMax => {
                let min = scores.clone().min_dim(1);
                let max = scores.clone().max_dim(1);
                (scores - min.clone()) / (max - min).add_scalar(1e-8)
            }
        }
    }
}
