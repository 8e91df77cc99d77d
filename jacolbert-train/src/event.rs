//! What a training tells while it runs.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a training tells while it runs; as JSON an object with the key `event`, for a file of lines,
/// from which a training that goes on can read what came before.
///
/// ```
/// use jacolbert_train::Event;
///
/// let event = Event::Validation { step: 500, value: 0.75, is_best: true };
/// let line = r#"{"event":"validation","step":500,"value":0.75,"is_best":true}"#;
/// assert_eq!(serde_json::to_string(&event)?, line);
/// assert_eq!(serde_json::from_str::<Event>(line)?.step(), 500);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Weights were updated.
    Step {
        /// Which update it was, from 1.
        step: u64,
        /// Which pass over the rows it belongs to, from 0.
        epoch: u64,
        /// Mean loss of its batches, before the update.
        loss: f32,
        /// Length of the gradient before it was clipped.
        gradient_norm: f32,
        /// Learning rate of the encoder.
        learning_rate: f64,
        /// Tokens of its batches, padding not counted.
        tokens: usize,
        /// How long it took.
        seconds: f64,
    },
    /// The caller's measure was taken.
    Validation {
        /// After which update, from 1.
        step: u64,
        /// What it said.
        value: f64,
        /// Whether that is more than ever before.
        is_best: bool,
    },
    /// All that is needed to go on was written.
    Checkpoint {
        /// After which update, from 1.
        step: u64,
        /// Where it is.
        folder: PathBuf,
    },
}

impl Event {
    /// The update that it belongs to, from 1.
    pub fn step(&self) -> u64 {
        match *self {
            Self::Step { step, .. }
            | Self::Validation { step, .. }
            | Self::Checkpoint { step, .. } => step,
        }
    }
}

/// What a number belongs to that is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The loss.
    Loss,
    /// The length of its gradient.
    GradientNorm,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loss => "loss",
            Self::GradientNorm => "length of the gradient",
        })
    }
}
