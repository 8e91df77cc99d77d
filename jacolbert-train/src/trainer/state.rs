//! The state of a training in a folder, from which it can be resumed.
//!
//! | file | what |
//! |---|---|
//! | `model/` | the model for use, like any checkpoint |
//! | `training.safetensors` | trained weights and the state of the optimiser, with a checksum |
//! | `training.json` | format, options, data, step, best validation, steps at which it was prolonged |

use std::fs;
use std::path::Path;

use jacolbert_model::{Checkpoint, TensorFile};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::Best;
use super::progress::Progress;
use crate::data::DataIdentity;
use crate::optimiser::{AveragingState, Optimiser};
use crate::parameters::{self, Parameter};
use crate::{Decay, Error, TrainOptions};

/// The version of the table above.
const FORMAT: u32 = 1;

pub(super) const MODEL: &str = "model";
const TENSORS: &str = "training.safetensors";
const STATE: &str = "training.json";
/// Prefix of a parameter's name, for its trained weights.
pub(super) const WEIGHTS: &str = "weights/";

/// `training.json`.
#[derive(Serialize, Deserialize)]
struct State {
    format: u32,
    step: u64,
    data: Option<DataIdentity>,
    best_step: Option<u64>,
    /// The bits of the value; JSON would round the value.
    best_value_bits: Option<u64>,
    without_improvement: u64,
    /// Absent in a training that was never prolonged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    prolonged_at: Vec<u64>,
    averaging: AveragingState,
    #[serde(rename = "config")]
    options: Value,
}

/// Writes a training to the empty folder `dir`.
pub(super) fn save(
    dir: &Path,
    for_use: &Checkpoint,
    trained: &Checkpoint,
    optimiser: &Optimiser,
    options: &TrainOptions,
    progress: &Progress,
) -> Result<(), Error> {
    for_use.save(&dir.join(MODEL))?;
    let mut file = TensorFile::default();
    let weights = parameters::values(&trained.colbert);
    for (Parameter { name, len, .. }, weights) in
        parameters::describe(&trained.colbert).iter().zip(weights)
    {
        file.insert(&format!("{WEIGHTS}{name}"), &[*len], parameters::numbers(weights)?);
    }
    optimiser.save(&mut file)?;
    file.save(&dir.join(TENSORS))?;

    let path = dir.join(STATE);
    let state = State::new(options, progress, optimiser.averaging());
    let json = state
        .and_then(|state| serde_json::to_string_pretty(&state))
        .map_err(|source| Error::State { path: path.clone(), source })?;
    fs::write(&path, json).map_err(|source| Error::io(&path, source))
}

/// The state of a training as read from a folder.
pub(super) struct Restored {
    pub(super) tensors: TensorFile,
    pub(super) progress: Progress,
    pub(super) averaging: AveragingState,
    /// Its number of steps; that of the options may be larger.
    pub(super) saved_steps: u64,
}

impl Restored {
    /// Reads the state in `dir` of a training that must have begun with `options`, or with fewer steps.
    pub(super) fn open(dir: &Path, options: &TrainOptions) -> Result<Self, Error> {
        let path = dir.join(STATE);
        let bytes = fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let error = |source| Error::State { path: path.clone(), source };
        let Format { format: found } = serde_json::from_slice(&bytes).map_err(error)?;
        if found != FORMAT {
            return Err(Error::Format { path, found, expected: FORMAT });
        }
        let state: State = serde_json::from_slice(&bytes).map_err(error)?;
        // A training without this number has other options anyway.
        let saved_steps = state.options["steps"].as_u64().unwrap_or(options.steps);
        let given = TrainOptions { steps: saved_steps.min(options.steps), ..*options };
        check_same("", &state.options, &as_stored(&given).map_err(error)?)?;
        let tensors = TensorFile::open(&dir.join(TENSORS))?;
        let progress = state.progress();
        Ok(Self { tensors, progress, averaging: state.averaging, saved_steps })
    }

    /// Makes it the state of a training with the number of steps of `options`.
    pub(super) fn prolong(&mut self, options: &TrainOptions) -> Result<(), Error> {
        let decays = options.schedule.decay == Decay::Linear;
        let Progress { step, ref mut prolonged_at, .. } = self.progress;
        let steps = self.saved_steps;
        if steps < options.steps && decays {
            if step < steps {
                return Err(Error::NotEnded { step, steps });
            }
            prolonged_at.push(steps);
        }
        Ok(())
    }
}

/// The error that the folder `dir` lacks the tensor `tensor`.
pub(super) fn missing_tensor(dir: &Path, tensor: String) -> Error {
    Error::StateTensor { path: dir.join(TENSORS), tensor }
}

/// The key that every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl State {
    fn new(
        options: &TrainOptions,
        progress: &Progress,
        averaging: AveragingState,
    ) -> Result<Self, serde_json::Error> {
        let &Progress { step, data, best, without_improvement, ref prolonged_at } = progress;
        Ok(Self {
            format: FORMAT,
            step,
            data,
            best_step: best.map(|best| best.step),
            best_value_bits: best.map(|best| best.value.to_bits()),
            without_improvement,
            prolonged_at: prolonged_at.clone(),
            averaging,
            options: as_stored(options)?,
        })
    }

    fn progress(&self) -> Progress {
        let &Self { step, data, without_improvement, ref prolonged_at, .. } = self;
        let best = self
            .best_step
            .zip(self.best_value_bits)
            .map(|(step, bits)| Best { step, value: f64::from_bits(bits) });
        let prolonged_at = prolonged_at.clone();
        Progress { step, data, best, without_improvement, prolonged_at }
    }
}

/// `value` as it is after it was written and read.
fn as_stored(value: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(value)?)
}

/// Fails with the first field below `path` in which the two differ.
fn check_same(path: &str, saved: &Value, given: &Value) -> Result<(), Error> {
    match difference(path, saved, given) {
        None => Ok(()),
        Some((field, saved, given)) => Err(Error::OtherSetting { field, saved, given }),
    }
}

/// Fails if `given` are other rows than those that a training began with.
pub(super) fn check_same_data(saved: &DataIdentity, given: &DataIdentity) -> Result<(), Error> {
    let error = |source| Error::State { path: STATE.into(), source };
    let saved = as_stored(saved).map_err(error)?;
    let given = as_stored(given).map_err(error)?;
    check_same("data", &saved, &given)
}

/// The first path, `a.b.c`, at which two values differ, and both values.
fn difference(path: &str, saved: &Value, given: &Value) -> Option<(String, String, String)> {
    match (saved, given) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let null = &Value::Null;
                difference(&path, left.get(key).unwrap_or(null), right.get(key).unwrap_or(null))
            })
        }
        _ if saved == given => None,
        _ => Some((path.into(), saved.to_string(), given.to_string())),
    }
}
