//! What can go wrong in this crate.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jacolbert_core::{SettingsError, WrongFile};
use jacolbert_tokenizer::Error as TokenizerError;

use crate::EncodingFault;
use crate::precision::{Precision, UnknownPrecision, listed};

/// The error of the library that found the fault.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why loading a model or encoding a text failed. Every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The folder of a model does not exist.
    #[error("model folder {} does not exist", dir.display())]
    NoFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder has none of the files that identify a checkpoint.
    #[error("{} has none of {}", dir.display(), looked_for.join(", "))]
    Layout {
        /// The folder.
        dir: PathBuf,
        /// The names of these files; one is enough.
        looked_for: &'static [&'static str],
    },
    /// A file is something else than its name says, such as a git-LFS pointer or an HTML page.
    #[error("{} {what}", path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do.
        what: WrongFile,
    },
    /// A folder has an encoder, but neither the settings nor the projection of a late-interaction model.
    #[error(
        "{} has an encoder without a late-interaction head (no artifact.metadata, and no `linear.weight` among the \
         weights). A training adds the head, beginning with `Checkpoint::from_bert` (docs/training.md); \
         `SentenceEncoder` gives one vector per text without training",
        dir.display()
    )]
    NoHead {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder has a sentence-transformers model with one vector per text, which is no late-interaction model.
    #[error(
        "{} lists a model with one vector per text, not a late-interaction model: load it with `SentenceEncoder`",
        path.display()
    )]
    OneVector {
        /// The `modules.json` of the folder.
        path: PathBuf,
    },
    /// A folder has the weights of a late-interaction model without the settings that say how it reads text.
    #[error(
        "{} has the weights of a late-interaction model, but neither artifact.metadata nor \
         config_sentence_transformers.json: copy that file from the model with which the training began, or give the \
         settings with the load option `config`",
        dir.display()
    )]
    NoMetadata {
        /// The folder.
        dir: PathBuf,
    },
    /// A settings file is not a JSON object, or `modules.json` is not a list of objects.
    #[error("{} is not valid JSON for this file", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The place in the file, and what was expected there.
        source: serde_json::Error,
    },
    /// A settings file lacks a required key.
    #[error("{} has no key `{key}`", path.display())]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// A settings file has a value that this crate does not support.
    #[error("{}: `{key}` is {found}; it must be {expected}", path.display())]
    Setting {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// The value in the file.
        found: String,
        /// The supported values.
        expected: Cow<'static, str>,
    },
    /// A settings file cannot be used for another reason.
    #[error(transparent)]
    Settings(SettingsError),
    /// The hidden size is not a multiple of the number of attention heads.
    #[error("{}: a hidden size of {hidden_size} is not a multiple of {num_attention_heads} heads", path.display())]
    Heads {
        /// The file.
        path: PathBuf,
        /// `hidden_size`.
        hidden_size: usize,
        /// `num_attention_heads`.
        num_attention_heads: usize,
    },
    /// The first layer of a fresh model cannot be made to look at neighbours.
    #[error(
        "a layer with heads of {heads:?} columns cannot blend neighbours by {share}; it needs at least two heads of \
         at least two columns, and the share must be finite and at least 0"
    )]
    Neighbours {
        /// The requested share of a neighbour.
        share: f64,
        /// Columns of each head of the first layer; empty without a layer.
        heads: Vec<usize>,
    },
    /// A maximum length has no room for text or exceeds the positions of the model, or embeddings
    /// have no component.
    #[error("{}`{key}` is {length}; it must be from {min} to {max}{}", prefix(path.as_deref()), limit(key))]
    Length {
        /// The settings file; `None` if the caller gave the settings.
        path: Option<PathBuf>,
        /// The key as it stands in the file, such as `document_length` of PyLate; else `query_maxlen`, `doc_maxlen`,
        /// `max_tokens` or `dim`.
        key: &'static str,
        /// Its value.
        length: usize,
        /// The smallest allowed value. For a length: `[CLS]`, `[SEP]` and in a ColBERT the marker.
        min: usize,
        /// The largest allowed value. For a length: the positions of the model.
        max: usize,
    },
    /// A safetensors file is truncated or damaged, or could not be written.
    #[error("cannot read or write {} as a safetensors file", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: Cause,
    },
    /// The contents of a file do not match its checksum.
    #[error("{}: checksum does not match the contents", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
    },
    /// A `pytorch_model.bin` is truncated or damaged, or holds no dictionary of tensors.
    #[error("{} is not a complete file of PyTorch weights", path.display())]
    Pytorch {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: Cause,
    },
    /// The weights are a `pytorch_model.bin`, and the feature that reads such files is off.
    #[error("{} is a PyTorch file, which needs the cargo feature `pytorch`", path.display())]
    PytorchFeature {
        /// The file.
        path: PathBuf,
    },
    /// A `pytorch_model.bin` contains a pickle operation that weights do not need. It was not executed.
    #[error("{}: weights do not need the pickle operation {opcode:#04x}", path.display())]
    PickleOpcode {
        /// The file.
        path: PathBuf,
        /// The opcode of the pickle protocol.
        opcode: u8,
    },
    /// A `pytorch_model.bin` refers to a Python class or function that weights do not need. Nothing was called.
    #[error("{}: weights do not need a Python `{global}`", path.display())]
    PickleGlobal {
        /// The file.
        path: PathBuf,
        /// The class or function.
        global: String,
    },
    /// A file of weights lacks a tensor.
    #[error("{} has no tensor `{tensor}`", path.display())]
    MissingTensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
    },
    /// A tensor does not have the shape that the settings imply.
    #[error(
        "{}: `{tensor}` has shape {found:?}; the settings, or the defaults of keys that they lack, say {expected:?}",
        path.display()
    )]
    TensorShape {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// The shape that the settings imply.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A weight is too large for the number format to write.
    #[error("{}: `{tensor}` has {value}, which the format cannot hold", path.display())]
    OutOfRange {
        /// The file to write.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// The weight.
        value: f32,
    },
    /// A tensor has a number type that is not supported for weights.
    #[error("{}: `{tensor}` holds {found}; it must hold F32, F16 or BF16", path.display())]
    TensorDtype {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// The number type, by its name in safetensors.
        found: String,
    },
    /// The file has an encoder tensor that the settings do not describe. They belong to a smaller model.
    #[error("{}: the settings do not describe the tensor `{tensor}`", path.display())]
    SurplusTensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
    },
    /// The tokenizer cannot be opened or written, or lacks a token that the model needs.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The model lacks embeddings for some tokens of the tokenizer.
    #[error("{} has ids up to {largest}, the model has {vocab_size} embeddings", path.display())]
    Vocabulary {
        /// The tokenizer's file.
        path: PathBuf,
        /// The tokenizer's largest id.
        largest: u32,
        /// Number of tokens with an embedding.
        vocab_size: usize,
    },
    /// The tokenizer failed on a text.
    #[error("text {text} cannot be tokenized")]
    Text {
        /// Position of the text among those given, from 0.
        text: usize,
        /// The cause.
        source: TokenizerError,
    },
    /// The model cannot take these tokens. Its own [`Tokenizer`](crate::Tokenizer) never produces them.
    #[error("text {text} {fault}")]
    Encoding {
        /// Position of the text among those given, from 0.
        text: usize,
        /// The fault.
        fault: EncodingFault,
    },
    /// The device cannot multiply in this number format.
    #[error("{device} cannot compute in {precision}; it takes {}", listed(takes))]
    Precision {
        /// The number format.
        precision: Precision,
        /// The device's name.
        device: String,
        /// The number formats that it supports.
        takes: Vec<Precision>,
    },
    /// A checkpoint was to be loaded as a module in another number format than `f32`.
    #[error("a checkpoint is loaded in f32, not in {precision}")]
    CheckpointPrecision {
        /// The requested number format.
        precision: Precision,
    },
    /// Unknown precision.
    #[error(transparent)]
    UnknownPrecision(#[from] UnknownPrecision),
    /// The device is not compiled in.
    #[error("the device `{feature}` needs the cargo feature `{feature}`")]
    DeviceFeature {
        /// The cargo feature. Its name is that of the device.
        feature: &'static str,
    },
    /// Unknown device.
    #[error("unknown device {name:?}; this build has {}", available.join(", "))]
    UnknownDevice {
        /// The name.
        name: String,
        /// Names of the devices that are compiled in.
        available: Vec<&'static str>,
    },
    /// A Burn module was requested on [`Device::cpu`](crate::Device::cpu), which runs this crate's own kernels.
    #[error("a Burn module cannot run on `cpu`; choose one of Burn's devices, such as `flex`")]
    NoBurnDevice,
    /// The device failed to compute or return a result.
    #[error("the device returned no result")]
    Device(#[source] Cause),
    /// An embedding differs from the reference by more than is allowed.
    #[error(
        "{device} differs from {reference} by {difference} at token {token} of {text:?}; {within} is allowed"
    )]
    SelfCheck {
        /// The device and its number format.
        device: String,
        /// The reference.
        reference: String,
        /// The beginning of the text.
        text: String,
        /// The kept token whose row differs most, from 0.
        token: usize,
        /// Largest difference of a component; infinite if the numbers of rows differ.
        difference: f32,
        /// The allowed difference.
        within: f32,
    },
    /// A score differs from the reference by more than is allowed.
    #[error(
        "{device} differs from {reference} by {difference} in the score of {query:?} with {passage:?}; \
         {within} is allowed"
    )]
    SelfCheckScore {
        /// The device and its number format.
        device: String,
        /// The reference.
        reference: String,
        /// The beginning of the query.
        query: String,
        /// The beginning of the passage.
        passage: String,
        /// The difference.
        difference: f32,
        /// The allowed difference.
        within: f32,
    },
    /// The embeddings of a text contain NaN or infinity.
    #[error("the embeddings of text {text} contain NaN or infinity")]
    Embeddings {
        /// Position of the text among those given, from 0.
        text: usize,
        /// The component.
        source: jacolbert_core::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn wrong_file(path: &Path, what: WrongFile) -> Self {
        Self::WrongFile { path: path.into(), what }
    }

    /// The same error for settings that were read from the file at `path`; `stored_key` gives the name that a key has
    /// there.
    pub(crate) fn of_settings_in(
        self,
        path: &Path,
        stored_key: fn(&'static str) -> &'static str,
    ) -> Self {
        match self {
            Self::Length { path: None, key, length, min, max } => {
                Self::Length { path: Some(path.into()), key: stored_key(key), length, min, max }
            }
            other => other,
        }
    }

    /// The same error for the text at position `text`.
    pub(crate) fn about(self, text: usize) -> Self {
        match self {
            Self::Text { source, .. } => Self::Text { text, source },
            other => other,
        }
    }

    pub(crate) fn safetensors(path: &Path, source: safetensors::SafeTensorError) -> Self {
        Self::Safetensors { path: path.into(), source: source.into() }
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Io { path, source } => Self::Io { path, source },
            SettingsError::WrongFile { path, what } => Self::WrongFile { path, what },
            SettingsError::Json { path, source } => Self::Json { path, source },
            SettingsError::MissingKey { path, key } => Self::MissingKey { path, key },
            SettingsError::Value { path, key, found, expected } => {
                Self::Setting { path, key, found, expected }
            }
            other => Self::Settings(other),
        }
    }
}

/// `path` before a message about it.
fn prefix(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| format!("{}: ", path.display()))
}

/// What limits the value of `key`, behind its largest value.
fn limit(key: &str) -> &'static str {
    if key == "dim" { "" } else { ", the number of positions of the model" }
}
