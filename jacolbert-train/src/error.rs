//! What can go wrong in this crate.

/// Why a loss has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Scores without a row or without a column.
    #[error("scores of shape {shape:?} hold no score")]
    NoScores {
        /// Rows and columns.
        shape: [usize; 2],
    },
    /// Scores of all passages of a batch that give the queries unequal numbers of passages.
    #[error("{columns} passages cannot be shared equally among {queries} queries")]
    UnequalPassages {
        /// Rows of the scores.
        queries: usize,
        /// Columns of the scores.
        columns: usize,
    },
    /// Teacher scores of another shape than the student's.
    #[error("teacher scores of shape {teacher:?} against student scores of shape {student:?}")]
    TeacherShape {
        /// Rows and columns of the student's scores of each query's own passages.
        student: [usize; 2],
        /// Rows and columns of the teacher's scores.
        teacher: [usize; 2],
    },
    /// Distillation was asked for, and the batch has no teacher scores.
    #[error("distillation needs teacher scores")]
    NoTeacher,
    /// In-batch negatives were asked for, and each query has the scores of its own passages only.
    #[error("in-batch negatives need the scores of all passages of the batch")]
    OwnScoresOnly,
    /// A temperature that is not a number above 0.
    #[error("temperature {temperature} is not a number above 0")]
    Temperature {
        /// What was given.
        temperature: f32,
    },
    /// A weight that is not a number from 0 up.
    #[error("weight {weight} is not a number from 0 up")]
    Weight {
        /// What was given.
        weight: f32,
    },
}
