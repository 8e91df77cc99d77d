//! What can go wrong in this crate.

use std::path::{Path, PathBuf};

use crate::{Quantity, RowFault, RowSource};

/// The cause as somebody else says it.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a loss has no value, data cannot be read, or training cannot go on.
#[derive(Debug, thiserror::Error)]
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
    /// The loss has neither an n-way term nor one of in-batch negatives.
    #[error("the loss has no term")]
    NoTerm,
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
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of training data is not what it must be.
    #[error("{}, line {line}: {fault}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: RowFault,
    },
    /// A pair, a triplet, a passage or an answer that was given is not what it must be.
    #[error("number {number} of those given, from 0: {fault}")]
    Given {
        /// Its place among those given, from 0.
        number: usize,
        /// What is wrong with it.
        fault: RowFault,
    },
    /// What was to rank passages for queries failed, or its answer makes no sense.
    #[error("the passages could not be ranked")]
    Ranker(#[source] Cause),
    /// A text of a row cannot be tokenized.
    #[error("{}, line {line}: a text cannot be tokenized", path.display())]
    Text {
        /// The file of rows.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: Box<jacolbert_model::Error>,
    },
    /// A file has not enough rows for one batch.
    #[error("{} has {num_rows} rows; a batch takes {batch_size}", path.display())]
    TooFewRows {
        /// The file of rows.
        path: PathBuf,
        /// Rows that can be trained with.
        num_rows: usize,
        /// Rows of a batch.
        batch_size: usize,
    },
    /// A setting is out of range.
    #[error("`{field}` is {found}; it must be {expected}")]
    Setting {
        /// The setting.
        field: &'static str,
        /// What was given.
        found: String,
        /// What would be possible.
        expected: &'static str,
    },
    /// A training cannot be resumed with other settings or other data than it began with.
    #[error("the training began with {saved} as `{field}`, not with {given}")]
    OtherSetting {
        /// The setting, with those that it is part of before it, as in `schedule.warmup_steps`.
        field: String,
        /// Its value when the training began, as JSON.
        saved: String,
        /// Its value now, as JSON.
        given: String,
    },
    /// The loss or its gradient is infinite or not a number. Weights are as they were before the
    /// step.
    #[error("the {quantity} of step {step} is {value}")]
    NotFinite {
        /// The step, from 1.
        step: u64,
        /// What is not finite.
        quantity: Quantity,
        /// Its value.
        value: f32,
        /// Rows of the batches that led to it.
        batch: Vec<RowSource>,
    },
    /// A training was to be kept in a folder that has checkpoints of another.
    #[error("{} has checkpoints of another training", folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder has no checkpoint of a training.
    #[error("{} has no checkpoint of a training", folder.display())]
    NoCheckpoint {
        /// The folder.
        folder: PathBuf,
    },
    /// A checkpoint's state of the training is not the JSON that it must be.
    #[error("{} is not a state of training", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Where in the file, and what was expected there.
        source: serde_json::Error,
    },
    /// A checkpoint was written in another format than this version reads.
    #[error("{} has format {found}; this version reads {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that can be read.
        expected: u32,
    },
    /// A checkpoint's tensors are not those of its model.
    #[error("{} has no tensor `{tensor}` of the model's shape", path.display())]
    StateTensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
    },
    /// The caller's validation failed.
    #[error("the validation after step {step} failed")]
    Validation {
        /// The step, from 1.
        step: u64,
        /// What it said.
        source: Cause,
    },
    /// Nothing was given to average, or models of different shape.
    #[error("the weights of {} cannot be averaged with the others", folder.display())]
    Average {
        /// The first folder whose model differs from that of the first of all; empty if there was
        /// none.
        folder: PathBuf,
    },
    /// A model or a tensor file could not be loaded or saved.
    #[error(transparent)]
    Model(#[from] jacolbert_model::Error),
    /// The device failed while it computed or handed back a result.
    #[error("the device did not hand back a result")]
    Device(#[source] Cause),
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn setting(
        field: &'static str,
        found: impl ToString,
        expected: &'static str,
    ) -> Self {
        Self::Setting { field, found: found.to_string(), expected }
    }

    pub(crate) fn device(source: impl Into<Cause>) -> Self {
        Self::Device(source.into())
    }
}
