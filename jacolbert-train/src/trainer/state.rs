//! All that is needed to go on with a training, in a folder.
//!
//! | file | what |
//! |---|---|
//! | `model/` | the model to be used, as any checkpoint |
//! | `training.safetensors` | trained weights and what the optimiser remembers, with a checksum |
//! | `training.json` | format, settings, data, step, best judgement |

use std::fs;
use std::path::Path;

use jacolbert_model::{Checkpoint, TensorFile};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Best;
use super::progress::Progress;
use crate::data::DataIdentity;
use crate::optimiser::{AveragingState, Optimiser};
use crate::parameters::{self, Parameter};
use crate::{Error, TrainConfig};

/// The version of the table above.
const FORMAT: u32 = 1;

pub(super) const MODEL: &str = "model";
const TENSORS: &str = "training.safetensors";
const STATE: &str = "training.json";
/// Before a parameter's name, for its trained weights.
pub(super) const WEIGHTS: &str = "weights/";

/// `training.json`.
#[derive(Serialize, Deserialize)]
struct State {
    format: u32,
    step: u64,
    data: Option<DataIdentity>,
    best_step: Option<u64>,
    /// The bits of the value, which JSON would round.
    best_value_bits: Option<u64>,
    without_improvement: u64,
    averaging: AveragingState,
    config: Value,
}

/// Writes a training to the empty folder `dir`.
pub(super) fn save(
    dir: &Path,
    in_use: &Checkpoint,
    trained: &Checkpoint,
    optimiser: &Optimiser,
    config: &TrainConfig,
    progress: &Progress,
) -> Result<(), Error> {
    in_use.save(&dir.join(MODEL))?;
    let mut file = TensorFile::default();
    let weights = parameters::values(&trained.colbert);
    for (Parameter { name, len, .. }, weights) in
        parameters::described(&trained.colbert).iter().zip(weights)
    {
        file.insert(&format!("{WEIGHTS}{name}"), &[*len], parameters::numbers(weights)?);
    }
    optimiser.save(&mut file)?;
    file.save(&dir.join(TENSORS))?;

    let path = dir.join(STATE);
    let state = State::of(config, progress, optimiser.averaging());
    let json = state.and_then(|state| serde_json::to_string_pretty(&state));
    let json = json.map_err(|source| Error::State { path: path.clone(), source })?;
    fs::write(&path, json).map_err(|source| Error::io(&path, source))
}

/// What a folder says of a training, whose settings must be `config`.
pub(super) struct Restored {
    pub(super) tensors: TensorFile,
    pub(super) progress: Progress,
    pub(super) averaging: AveragingState,
}

impl Restored {
    pub(super) fn open(dir: &Path, config: &TrainConfig) -> Result<Self, Error> {
        let path = dir.join(STATE);
        let bytes = fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let error = |source| Error::State { path: path.clone(), source };
        let Format { format: found } = serde_json::from_slice(&bytes).map_err(error)?;
        if found != FORMAT {
            return Err(Error::Format { path, found, expected: FORMAT });
        }
        let state: State = serde_json::from_slice(&bytes).map_err(error)?;
        same(&state.config, &json(config).map_err(error)?)?;
        let tensors = TensorFile::open(&dir.join(TENSORS))?;
        let (averaging, progress) = (state.averaging, state.progress());
        Ok(Self { tensors, progress, averaging })
    }

    /// The error that the tensor `tensor` of the folder `dir` is not there.
    pub(super) fn missing(dir: &Path, tensor: String) -> Error {
        Error::StateTensor { path: dir.join(TENSORS), tensor }
    }
}

/// The one key that every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl State {
    fn of(
        config: &TrainConfig,
        progress: &Progress,
        averaging: AveragingState,
    ) -> Result<Self, serde_json::Error> {
        let &Progress { step, data, best, without_improvement } = progress;
        Ok(Self {
            format: FORMAT,
            step,
            data,
            best_step: best.map(|best| best.step),
            best_value_bits: best.map(|best| best.value.to_bits()),
            without_improvement,
            averaging,
            config: json(config)?,
        })
    }

    fn progress(&self) -> Progress {
        let &Self { step, data, without_improvement, .. } = self;
        let best = self.best_step.zip(self.best_value_bits);
        let best = best.map(|(step, bits)| Best { step, value: f64::from_bits(bits) });
        Progress { step, data, best, without_improvement }
    }
}

/// `settings` as they are after having been written and read.
fn json(settings: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(settings)?)
}

/// Fails with the first setting in which the two differ.
fn same(saved: &Value, given: &Value) -> Result<(), Error> {
    match difference("", saved, given) {
        None => Ok(()),
        Some((field, saved, given)) => Err(Error::OtherSetting { field, saved, given }),
    }
}

/// Fails if `given` are other rows than those that a training began with.
pub(super) fn same_data(saved: &DataIdentity, given: &DataIdentity) -> Result<(), Error> {
    let path = STATE.into();
    let both = json(saved).and_then(|saved| Ok((saved, json(given)?)));
    let (saved, given) = both.map_err(|source| Error::State { path, source })?;
    match difference("data", &saved, &given) {
        None => Ok(()),
        Some((field, saved, given)) => Err(Error::OtherSetting { field, saved, given }),
    }
}

/// The first place, `a.b.c`, in which two values differ, and what stands there.
fn difference(place: &str, saved: &Value, given: &Value) -> Option<(String, String, String)> {
    match (saved, given) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                let null = &Value::Null;
                difference(&place, left.get(key).unwrap_or(null), right.get(key).unwrap_or(null))
            })
        }
        _ if saved == given => None,
        _ => Some((place.into(), saved.to_string(), given.to_string())),
    }
}
