//! What happens around the steps of a training, and how it ended.

use std::ops::ControlFlow;
use std::path::PathBuf;

use jacolbert_model::Checkpoint;

use crate::{Cause, Error, Event};

/// What happens around the steps of a training; none of it changes a weight.
pub struct Run<'a> {
    /// Is told every [`Event`]; may end the training, which is resumed from a last checkpoint then.
    pub progress: &'a mut dyn FnMut(&Event) -> ControlFlow<()>,
    /// Where the training is kept so that it can be resumed, if at all.
    pub checkpoints: Option<CheckpointOptions>,
    /// How the model is judged from time to time, if at all.
    pub validation: Option<Validation<'a>>,
}

impl<'a> Run<'a> {
    /// Steps and nothing else.
    pub fn new(progress: &'a mut dyn FnMut(&Event) -> ControlFlow<()>) -> Self {
        Self { progress, checkpoints: None, validation: None }
    }
}

/// Where and how often a training is kept.
///
/// | in the folder | what |
/// |---|---|
/// | `step-00000500/` | all that is needed to go on after step 500; `model/` in it can be loaded like any checkpoint |
/// | `best-00000400/` | the model that validation found best |
///
/// A folder appears whole or not at all; what is in the making has a name that begins with a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointOptions {
    /// The folder, which is made if need be.
    pub folder: PathBuf,
    /// Steps from one checkpoint to the next; from 1. The last step has one in any case.
    pub every: u64,
    /// Checkpoints that stay, the latest; from 1. Each takes four times the model's size.
    pub keep: usize,
}

/// How a model is judged from time to time.
pub struct Validation<'a> {
    /// Steps from one judgement to the next; from 1.
    pub every: u64,
    /// Judgements in a row without a new best after which the training ends; from 1, if ever.
    pub patience: Option<u64>,
    /// How good the model is; more is better, NaN is never best. The weights are those to be used,
    /// on the device of the training, without autodiff.
    pub measure: &'a mut dyn FnMut(&Checkpoint) -> Result<f64, Cause>,
}

/// How a training ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Updates of the weights, those before a resume counted.
    pub step: u64,
    /// Why it ended.
    pub ending: Ending,
    /// The best judgement, if there was one.
    pub best: Option<Best>,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps were done.
    Finished,
    /// The callback ended it.
    Stopped,
    /// Validation found no new best for too long.
    NoImprovement,
}

/// The best judgement of a validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// After which update, from 1.
    pub step: u64,
    /// What was measured.
    pub value: f64,
}

impl Run<'_> {
    /// Checks that every number is in its range.
    pub(super) fn check(&self) -> Result<(), Error> {
        let checkpoints = self.checkpoints.as_ref();
        let validation = self.validation.as_ref();
        let counts = [
            ("checkpoints.every", checkpoints.map(|options| options.every)),
            ("checkpoints.keep", checkpoints.map(|options| options.keep as u64)),
            ("validation.every", validation.map(|validation| validation.every)),
            ("validation.patience", validation.and_then(|validation| validation.patience)),
        ];
        match counts.into_iter().find(|(_, count)| *count == Some(0)) {
            Some((field, _)) => Err(Error::setting(field, 0, "from 1")),
            None => Ok(()),
        }
    }

    /// Tells `event`; the caller may end the training over it.
    pub(super) fn told(&mut self, event: &Event, ending: Ending) -> Ending {
        match (self.progress)(event) {
            ControlFlow::Break(()) if ending == Ending::Finished => Ending::Stopped,
            _ => ending,
        }
    }
}
