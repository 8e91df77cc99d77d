//! Events of a training.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// An event of a training.
///
/// As JSON it is an object with the key `event`, so that a file can hold one event per line.
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
    /// The weights were updated.
    Step {
        /// The number of the update, from 1.
        step: u64,
        /// The pass over the rows, from 0.
        epoch: u64,
        /// Mean loss of its batches, before the update.
        loss: f32,
        /// Norm of the gradient before clipping.
        gradient_norm: f32,
        /// Learning rate of the encoder.
        learning_rate: f64,
        /// Tokens of its batches, without padding.
        tokens: usize,
        /// Duration of the step.
        seconds: f64,
    },
    /// The model was validated.
    Validation {
        /// The update before it, from 1.
        step: u64,
        /// The measured value.
        value: f64,
        /// Whether it is the best value so far.
        is_best: bool,
    },
    /// A checkpoint was written.
    Checkpoint {
        /// The update before it, from 1.
        step: u64,
        /// The folder of the checkpoint.
        folder: PathBuf,
    },
}

impl Event {
    /// The number of its update, from 1.
    pub fn step(&self) -> u64 {
        match *self {
            Self::Step { step, .. }
            | Self::Validation { step, .. }
            | Self::Checkpoint { step, .. } => step,
        }
    }
}

/// A quantity that must be finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The loss.
    Loss,
    /// The norm of its gradient.
    GradientNorm,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loss => "loss",
            Self::GradientNorm => "norm of the gradient",
        })
    }
}
