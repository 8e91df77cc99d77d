//! Scores of a batch: the model's, and a teacher's if there is one.

use burn::tensor::Tensor;

use super::batch_shape::BatchShape;
use super::distillation::check_teacher;
use crate::Error;

/// Scores of one batch, `B` queries with `nway` passages each, of checked shape.
#[derive(Clone, Debug)]
pub struct BatchScores {
    student: Student,
    shape: BatchShape,
    teacher: Option<Tensor<2>>,
}

#[derive(Clone, Debug)]
enum Student {
    /// `[B, nway]`
    Own(Tensor<2>),
    /// `[B, B * nway]`
    All(Tensor<2>),
}

impl BatchScores {
    /// Scores of each query and its own passages, `[B, nway]`, the positive first.
    ///
    /// # Errors
    ///
    /// [`Error::NoScores`] if there is no query or no passage.
    pub fn own(scores: Tensor<2>) -> Result<Self, Error> {
        let shape = BatchShape::from_own_scores(&scores)?;
        Ok(Self { student: Student::Own(scores), shape, teacher: None })
    }

    /// Scores of each query and all passages, `[B, B * nway]`; the passages are in the order of the
    /// queries, the positive of each first.
    ///
    /// # Errors
    ///
    /// [`Error::NoScores`] if there is no query or no passage, [`Error::UnequalPassages`] if the
    /// number of columns is not a multiple of the number of rows.
    pub fn all(scores: Tensor<2>) -> Result<Self, Error> {
        let shape = BatchShape::from_all_scores(&scores)?;
        Ok(Self { student: Student::All(scores), shape, teacher: None })
    }

    /// Adds the scores of a teacher for each query's own passages, `[B, nway]`.
    ///
    /// # Errors
    ///
    /// [`Error::TeacherShape`] if they have another shape.
    pub fn with_teacher(self, teacher: Tensor<2>) -> Result<Self, Error> {
        check_teacher(self.shape, &teacher)?;
        Ok(Self { teacher: Some(teacher), ..self })
    }

    /// `[B, nway]`
    pub(super) fn own_passages(&self) -> Tensor<2> {
        match &self.student {
            Student::Own(scores) => scores.clone(),
            Student::All(scores) => {
                scores.clone().gather(1, self.shape.own_columns(&scores.device()))
            }
        }
    }

    /// `[B, B * nway]`, if all were given.
    pub(super) fn into_all_passages(self) -> Option<Tensor<2>> {
        match self.student {
            Student::Own(_) => None,
            Student::All(scores) => Some(scores),
        }
    }

    pub(super) fn teacher(&self) -> Option<Tensor<2>> {
        self.teacher.clone()
    }
}
