//! Hooks around the steps of a training: events, checkpoints and validation.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;

use jacolbert_model::Checkpoint;
use serde::{Deserialize, Serialize};

use super::outcome::Ending;
use crate::{Cause, Error, Event};

type OnEvent<'a> = Box<dyn FnMut(&Event) -> ControlFlow<()> + 'a>;
type Measure<'a> = Box<dyn FnMut(&Checkpoint) -> Result<f64, Cause> + 'a>;

/// Hooks around the steps of a training; none of them changes a weight.
///
/// Without hooks a training only takes its steps.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use jacolbert_train::{CheckpointOptions, TrainingHooks, Validation};
///
/// let mut num_events = 0;
/// let hooks = TrainingHooks::new()
///     .on_event(|event| {
///         num_events += 1;
///         println!("{event:?}");
///         ControlFlow::Continue(())
///     })
///     .checkpoints(CheckpointOptions { folder: "checkpoints".into(), every: 500, keep: 2 })
///     .validation(Validation::new(500, |model| Ok(f64::from(model.colbert.dim() as u32))).patience(5));
/// # drop(hooks);
/// ```
#[derive(Default)]
pub struct TrainingHooks<'a> {
    on_event: Option<OnEvent<'a>>,
    pub(super) checkpoints: Option<CheckpointOptions>,
    pub(super) validation: Option<Validation<'a>>,
}

impl<'a> TrainingHooks<'a> {
    /// No hooks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `on_event` with every [`Event`]. If it breaks, the training stops after a last checkpoint,
    /// with [`Ending::Stopped`].
    pub fn on_event(mut self, on_event: impl FnMut(&Event) -> ControlFlow<()> + 'a) -> Self {
        self.on_event = Some(Box::new(on_event));
        self
    }

    /// Writes checkpoints, from which the training can be resumed.
    pub fn checkpoints(mut self, checkpoints: CheckpointOptions) -> Self {
        self.checkpoints = Some(checkpoints);
        self
    }

    /// Measures the model from time to time.
    pub fn validation(mut self, validation: Validation<'a>) -> Self {
        self.validation = Some(validation);
        self
    }

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

    /// Reports `event`. Returns [`Ending::Stopped`] if the hook breaks a training that would go on.
    pub(super) fn report(&mut self, event: &Event, ending: Ending) -> Ending {
        let Some(on_event) = &mut self.on_event else { return ending };
        match on_event(event) {
            ControlFlow::Break(()) if ending == Ending::Finished => Ending::Stopped,
            _ => ending,
        }
    }
}

impl fmt::Debug for TrainingHooks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainingHooks")
            .field("has_on_event", &self.on_event.is_some())
            .field("checkpoints", &self.checkpoints)
            .field("validation", &self.validation)
            .finish()
    }
}

/// Where and how often to write checkpoints of a training.
///
/// | in the folder | what |
/// |---|---|
/// | `step-00000500/` | the state after step 500, from which the training can be resumed; `model/` in it can be loaded like any checkpoint |
/// | `best-00000400/` | the model with the best validation |
///
/// A folder appears complete or not at all; an unfinished one has a name that begins with a dot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointOptions {
    /// The folder of the checkpoints. It is created if it is missing. There is no default.
    pub folder: PathBuf,
    /// Number of steps from one checkpoint to the next, from 1. There is no default. With a larger number,
    /// less time is spent on writing, and an interruption loses more steps. The last step always gets a
    /// checkpoint.
    pub every: u64,
    /// Number of latest checkpoints to keep, from 1; older ones are removed. There is no default. Each takes
    /// about four times the size of the model on disk.
    pub keep: usize,
}

/// A measurement of the model from time to time, and when to stop by it.
pub struct Validation<'a> {
    pub(super) every: u64,
    pub(super) patience: Option<u64>,
    pub(super) measure: Measure<'a>,
}

impl<'a> Validation<'a> {
    /// Calls `measure` every `every` steps (from 1) and after the last one.
    ///
    /// A larger value is better; NaN is never the best. The model has the weights for use, on the device
    /// of the training, without autodiff.
    pub fn new(every: u64, measure: impl FnMut(&Checkpoint) -> Result<f64, Cause> + 'a) -> Self {
        Self { every, patience: None, measure: Box::new(measure) }
    }

    /// Stops the training after `patience` measurements in a row (from 1) without a new best. By
    /// default it never stops early.
    pub fn patience(mut self, patience: u64) -> Self {
        self.patience = Some(patience);
        self
    }
}

impl fmt::Debug for Validation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validation")
            .field("every", &self.every)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
