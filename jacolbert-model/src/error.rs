//! What can go wrong in this crate.

use std::path::{Path, PathBuf};

use jacolbert_core::SettingsError;
use jacolbert_tokenizer::Error as TokenizerError;

use crate::EncodingFault;
use crate::precision::{Precision, UnknownPrecision, listed};

/// The cause as the library that found it says it.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why loading a model or encoding a text failed; every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder has none of the files by which a checkpoint is recognised.
    #[error("{} has none of {}", dir.display(), looked_for.join(", "))]
    Layout {
        /// The folder.
        dir: PathBuf,
        /// Names of the files, of which one is needed.
        looked_for: &'static [&'static str],
    },
    /// A settings file is not a JSON object, or `modules.json` not a list of them.
    #[error("{} is not the JSON that it must be", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where in the file, and what was expected there.
        source: serde_json::Error,
    },
    /// A settings file lacks a key that is needed.
    #[error("{} has no key `{key}`", path.display())]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// A settings file has a value that this crate cannot follow.
    #[error("{}: `{key}` is {found}; it must be {expected}", path.display())]
    Setting {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// The value as it stands in the file.
        found: String,
        /// What would be possible.
        expected: &'static str,
    },
    /// The hidden size does not divide into the attention heads.
    #[error("{}: a hidden size of {hidden_size} does not divide into {num_attention_heads} heads", path.display())]
    Heads {
        /// The file.
        path: PathBuf,
        /// `hidden_size`.
        hidden_size: usize,
        /// `num_attention_heads`.
        num_attention_heads: usize,
    },
    /// A model cannot be begun with a layer that looks at neighbours.
    #[error(
        "a layer with heads of {heads:?} columns cannot blend neighbours by {share}; it must have two heads or more of \
         two columns or more, and the share must be a number from 0"
    )]
    Neighbours {
        /// The share of a neighbour that was asked for.
        share: f64,
        /// Columns of each head of the first layer; none without a layer.
        heads: Vec<usize>,
    },
    /// A maximum length has no room for text, or is longer than the model has positions; or
    /// embeddings have no component.
    #[error("`{key}` is {length}; it must be from {min} to {max}")]
    Length {
        /// `query_maxlen`, `doc_maxlen`, `max_tokens` or `dim`.
        key: &'static str,
        /// Its value.
        length: usize,
        /// Tokens that every text has: `[CLS]`, `[SEP]` and in a ColBERT the marker.
        min: usize,
        /// Positions of the model.
        max: usize,
    },
    /// A file of weights is cut off or damaged.
    #[error("{} is not a whole safetensors file", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// A file's contents are not those that were saved.
    #[error("{} has not the contents that it was saved with", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
    },
    /// A file of weights is cut off or damaged, or holds no dictionary of tensors.
    #[error("{} is not a whole file of PyTorch weights", path.display())]
    Pytorch {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// Weights are a `pytorch_model.bin`, and the feature that reads such files is off.
    #[error("{} is a file of PyTorch, which needs the cargo feature `pytorch`", path.display())]
    PytorchFeature {
        /// The file.
        path: PathBuf,
    },
    /// A `pytorch_model.bin` asks for an operation that weights do not need. It was not carried out.
    #[error("{}: weights do not need the pickle operation {opcode:#04x}", path.display())]
    PickleOpcode {
        /// The file.
        path: PathBuf,
        /// The operation, a byte of the pickle protocol.
        opcode: u8,
    },
    /// A `pytorch_model.bin` asks for a Python object that is no tensor, or for one that weights do
    /// not need. Nothing of it was called.
    #[error("{}: weights do not need a Python `{global}`", path.display())]
    PickleGlobal {
        /// The file.
        path: PathBuf,
        /// The object's class, or what should have been called.
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
    /// A tensor has another shape than the settings say.
    #[error("{}: `{tensor}` has shape {found:?}; the settings say {expected:?}", path.display())]
    TensorShape {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// The shape that follows from the settings.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A weight is too large for the format in which it was to be written.
    #[error("{}: `{tensor}` has {value}, which the format cannot hold", path.display())]
    OutOfRange {
        /// The file that was to be written.
        path: PathBuf,
        /// Name of the tensor in the file.
        tensor: String,
        /// The weight.
        value: f32,
    },
    /// A tensor holds numbers of a kind that weights are not read from.
    #[error("{}: `{tensor}` holds {found}; it must hold F32, F16 or BF16", path.display())]
    TensorDtype {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// The kind of number, as safetensors calls it, of a `pytorch_model.bin` too.
        found: String,
    },
    /// A file of weights has a tensor of the encoder for which the settings leave no place: they
    /// belong to another, smaller model.
    #[error("{}: the settings have no place for `{tensor}`", path.display())]
    SurplusTensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
    },
    /// The tokenizer cannot be opened or written, or lacks a token that the model needs.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The tokenizer has tokens that the model has no embedding for.
    #[error("{} has ids up to {largest}, the model has {vocab_size} embeddings", path.display())]
    Vocabulary {
        /// The tokenizer's file.
        path: PathBuf,
        /// The tokenizer's largest id.
        largest: u32,
        /// Tokens that the model knows.
        vocab_size: usize,
    },
    /// A text cannot be tokenized.
    #[error("text {text} cannot be tokenized")]
    Text {
        /// The text's place among those given, from 0.
        text: usize,
        /// Why.
        source: TokenizerError,
    },
    /// Tokens that were handed over are none that the model can take; a [`Tokenizer`](crate::Tokenizer) of its own
    /// makes none such.
    #[error("text {text} {fault}")]
    Encoding {
        /// The text's place among those given, from 0.
        text: usize,
        /// What is wrong with it.
        fault: EncodingFault,
    },
    /// A device cannot compute in a number format.
    #[error("{device} cannot compute in {precision}; it takes {}", listed(takes))]
    Precision {
        /// The number format.
        precision: Precision,
        /// The device's name.
        device: String,
        /// The number formats in which it can compute.
        takes: Vec<Precision>,
    },
    /// A number format has a name that none has.
    #[error(transparent)]
    UnknownPrecision(#[from] UnknownPrecision),
    /// A device is not compiled in.
    #[error("the device `{feature}` needs the cargo feature `{feature}`")]
    DeviceFeature {
        /// The feature, whose name is that of the device.
        feature: &'static str,
    },
    /// A device has a name that none has.
    #[error("{name:?} is no device; there are cpu, flex, ndarray, wgpu, vulkan, metal and cuda")]
    UnknownDevice {
        /// The name.
        name: String,
    },
    /// A Burn module was asked for on the CPU, where this crate's own kernels compute.
    #[error("no Burn module computes on `cpu`; choose one of Burn's devices, such as `flex`")]
    NoBurnDevice,
    /// The device failed while it computed or handed back a result.
    #[error("the device did not hand back a result")]
    Device(#[source] Cause),
    /// A device computes another embedding than the reference.
    #[error(
        "{device} differs from {reference} by {difference} at token {token} of {text:?}; {within} is allowed"
    )]
    SelfCheck {
        /// The device and its number format.
        device: String,
        /// What it was compared with.
        reference: String,
        /// The beginning of the text.
        text: String,
        /// The token whose row differs most, from 0, among those that are kept.
        token: usize,
        /// Largest difference of a component; infinite if there are not as many rows.
        difference: f32,
        /// What is allowed.
        within: f32,
    },
    /// A device gives another score than the reference.
    #[error(
        "{device} differs from {reference} by {difference} in the score of {query:?} with {passage:?}; \
         {within} is allowed"
    )]
    SelfCheckScore {
        /// The device and its number format.
        device: String,
        /// What it was compared with.
        reference: String,
        /// The beginning of the query.
        query: String,
        /// The beginning of the passage.
        passage: String,
        /// The difference.
        difference: f32,
        /// What is allowed.
        within: f32,
    },
    /// The model computed something that is no embedding, such as NaN.
    #[error("the embeddings of text {text} are no numbers")]
    Embeddings {
        /// The text's place among those given, from 0.
        text: usize,
        /// Which number.
        source: jacolbert_core::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    /// The same about a text with another place among those given.
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
            SettingsError::Json { path, source } => Self::Json { path, source },
            SettingsError::MissingKey { path, key } => Self::MissingKey { path, key },
            SettingsError::Value { path, key, found, expected } => {
                Self::Setting { path, key, found, expected }
            }
        }
    }
}
