//! What can go wrong in this crate.

use std::path::{Path, PathBuf};

use crate::data::{RowFault, RowSource};
use crate::event::Quantity;

/// An error of the caller's code or of a device.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a loss has no value, data cannot be read, or a training cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Scores without rows or without columns.
    #[error("scores of shape {shape:?} hold no score")]
    NoScores {
        /// Rows and columns.
        shape: [usize; 2],
    },
    /// The number of passages of a batch is not a multiple of the number of queries.
    #[error("{columns} passages cannot be shared equally among {queries} queries")]
    UnequalPassages {
        /// Rows of the scores.
        queries: usize,
        /// Columns of the scores.
        columns: usize,
    },
    /// The teacher's scores have another shape than the student's.
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
    /// The loss is the same for all weights, so that a training would change nothing.
    #[error(
        "with {n_way} passages per query and {batch_size} queries per batch, the loss is the same for \
         all weights: nothing would be learned. A query needs passages to choose from: a larger `n_way` \
         (from 3 for min-max distillation), or in-batch negatives with a weight and several queries per \
         batch"
    )]
    NothingToLearn {
        /// Passages per query.
        n_way: usize,
        /// Queries per batch.
        batch_size: usize,
    },
    /// The loss distils, and the batch has no scores of a teacher.
    #[error("distillation needs teacher scores")]
    NoTeacher,
    /// The loss has in-batch negatives, and the batch has only the scores of each query's own passages.
    #[error("in-batch negatives need the scores of all passages of the batch")]
    OwnScoresOnly,
    /// The temperature is not a number above 0.
    #[error("temperature {temperature} is not a number above 0")]
    Temperature {
        /// The given temperature.
        temperature: f32,
    },
    /// The weight is not a number from 0 up.
    #[error("weight {weight} is not a number from 0 up")]
    Weight {
        /// The given weight.
        weight: f32,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A text file cannot be read, or a line of it is not UTF-8.
    #[error(transparent)]
    TextFile(#[from] jacolbert_core::TextError),
    /// A line of training data has a fault.
    #[error("{}, line {line}: {fault}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The fault.
        fault: RowFault,
    },
    /// A given pair, triplet, passage or answer has a fault.
    #[error("item {position}: {fault}")]
    Item {
        /// Its position among the given ones, from 0.
        position: usize,
        /// The fault.
        fault: RowFault,
    },
    /// The ranker of passages failed, or its result makes no sense.
    #[error("the passages could not be ranked")]
    Ranker(#[source] Cause),
    /// A text of a row cannot be tokenised.
    #[error("{}, line {line}: a text cannot be tokenized", path.display())]
    Text {
        /// The file of rows.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The error of the tokenizer.
        source: Box<jacolbert_model::Error>,
    },
    /// A file has too few rows for one batch.
    #[error("{} has {num_rows} rows; a batch takes {batch_size}", path.display())]
    TooFewRows {
        /// The file of rows.
        path: PathBuf,
        /// Rows to train with.
        num_rows: usize,
        /// Rows of a batch.
        batch_size: usize,
    },
    /// An option is outside its range.
    #[error("`{field}` is {found}; it must be {expected}")]
    Setting {
        /// The option.
        field: &'static str,
        /// The given value.
        found: String,
        /// The possible values.
        expected: &'static str,
    },
    /// A training cannot be resumed with more steps, because its learning rate may depend on their number.
    #[error(
        "the training began with {saved} steps, not with {given}; `Trainer::prolong` continues it with \
         more, and says what its learning rate is then"
    )]
    MoreSteps {
        /// The number of steps when the training began.
        saved: u64,
        /// The given number.
        given: u64,
    },
    /// A training whose learning rate depends on the number of steps can be prolonged only once it ended.
    #[error(
        "the training is after step {step} of {steps}, and its learning rate falls until then: resume it \
         to its end, and then prolong it"
    )]
    NotEnded {
        /// Its steps so far.
        step: u64,
        /// Its number of steps.
        steps: u64,
    },
    /// A training cannot be resumed with other options or other data than it began with.
    #[error("the training began with {saved} as `{field}`, not with {given}")]
    OtherSetting {
        /// The path of the option, as in `schedule.warmup_steps`.
        field: String,
        /// Its value when the training began, as JSON.
        saved: String,
        /// Its value now, as JSON.
        given: String,
    },
    /// The loss or its gradient is infinite or not a number. The weights are those before the step.
    #[error("the {quantity} of step {step} is {value}")]
    NotFinite {
        /// The step, from 1.
        step: u64,
        /// The value that is not finite.
        quantity: Quantity,
        /// Its value.
        value: f32,
        /// Rows of the batches of the step.
        batch: Vec<RowSource>,
    },
    /// The folder for checkpoints has checkpoints of another training.
    #[error("{} has checkpoints of another training", folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder has no checkpoint of a training.
    #[error("{} has no checkpoint of a training", folder.display())]
    NoCheckpoint {
        /// The folder.
        folder: PathBuf,
    },
    /// The file of a training's state is not the expected JSON.
    #[error("{} is not a state of training", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// The error of the parser, with its position.
        source: serde_json::Error,
    },
    /// The checkpoint has a format that this version cannot read.
    #[error("{} has format {found}; this version reads {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that this version reads.
        expected: u32,
    },
    /// The checkpoint lacks a tensor of its model, or the tensor has another shape.
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
        /// Its error.
        source: Cause,
    },
    /// There is no model to average, or the models have different shapes.
    #[error("the weights of {} cannot be averaged with the others", folder.display())]
    Average {
        /// The first folder whose model differs from that of the first folder; empty without folders.
        folder: PathBuf,
    },
    /// A model or a tensor file could not be loaded or saved.
    #[error(transparent)]
    Model(#[from] jacolbert_model::Error),
    /// The device failed to compute or return a result.
    #[error("the device returned no result")]
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
