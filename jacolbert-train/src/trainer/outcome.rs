//! How a training ended.

/// How a training ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Number of updates of the weights, including those before a resume.
    pub step: u64,
    /// Why it ended.
    pub ending: Ending,
    /// The best validation, if there was one.
    pub best: Option<Best>,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps are done.
    Finished,
    /// The hook of events stopped it.
    Stopped,
    /// Validation found no new best for too long.
    NoImprovement,
}

/// The best validation of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The update before it, from 1.
    pub step: u64,
    /// The measured value.
    pub value: f64,
}
