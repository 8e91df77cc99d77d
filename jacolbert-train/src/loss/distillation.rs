//! Distillation: the student is to spread its favour over a query's passages as the teacher does.

use burn::tensor::{Tensor, activation::log_softmax};
use serde::{Deserialize, Serialize};

use super::batch_shape::BatchShape;
use crate::Error;

/// What is done to a query's scores, the student's and the teacher's, before the softmax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Normalisation {
    /// Nothing, as in ColBERTv2: the teacher's scale is the student's aim.
    #[default]
    None,
    /// `(s - min) / (max - min + 1e-8)` over the query's passages, as in JaColBERTv2.5.
    ///
    /// It makes teachers of any scale equal. It says nothing with two passages a query: they
    /// become 0 and 1, whatever the scores, and the gradient vanishes. A student that gives all
    /// passages of a query one score gets a gradient of the order of 1e8: clip it.
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
/// The teacher is a constant: no gradient flows to it. It is brought to the device and float type
/// of the student.
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
    let shape = BatchShape::of_own(&scores)?;
    let teacher = constant_like(&scores, checked_teacher(shape, teacher)?);

    let log_p = log_softmax(normalisation.of(scores), 1);
    let log_t = log_softmax(normalisation.of(teacher), 1);
    let divergence = log_t.clone().exp() * (log_t - log_p);
    Ok(divergence.sum_dim(1).mean())
}

/// The teacher's scores, if they are of the same passages as the student's.
pub(super) fn checked_teacher(shape: BatchShape, teacher: Tensor<2>) -> Result<Tensor<2>, Error> {
    if teacher.dims() != shape.own() {
        return Err(Error::TeacherShape { student: shape.own(), teacher: teacher.dims() });
    }
    Ok(teacher)
}

fn constant_like(scores: &Tensor<2>, teacher: Tensor<2>) -> Tensor<2> {
    teacher.without_autodiff().to_device(&scores.device()).cast(scores.dtype())
}

impl Normalisation {
    fn of(self, scores: Tensor<2>) -> Tensor<2> {
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
