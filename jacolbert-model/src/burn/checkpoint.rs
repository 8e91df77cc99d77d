//! A module with its settings and its tokenizer.

use std::path::Path;

use jacolbert_tokenizer::TextTokenizer;

use super::colbert::Colbert;
use super::fresh_weights::FreshWeights;
use super::loader::{load, load_below_projection};
use super::weight_format::WeightFormat;
use super::writer;
use crate::checkpoint::{CheckpointFolder, SAFETENSORS};
use crate::{BertConfig, ColbertConfig, Device, Error, LoadOptions, Precision, Tokenizer};

/// A model with its settings and its tokenizer.
///
/// Two layouts can be read; the files in the folder decide which one it is:
///
/// | colbert-ai | PyLate and sentence-transformers | what |
/// |---|---|---|
/// | `config.json` | `config.json` of the Transformer | [`BertConfig`] |
/// | `artifact.metadata` | `config_sentence_transformers.json` | [`ColbertConfig`] |
/// | `tokenizer.json`, or `vocab.txt` and `tokenizer_config.json` | the same of the Transformer | [`Tokenizer`] |
/// | weights | weights of the Transformer and `1_Dense` | [`Colbert`] |
/// | | `modules.json` | where Transformer and Dense are |
///
/// Weights are in `model.safetensors` or else in `pytorch_model.bin`, as F32, F16 or BF16. The latter is a pickle: it
/// needs the feature `pytorch`, and nothing in it is called. Either may be split into several files, which an
/// `.index.json` of that name lists. Names of the encoder's tensors may lack the prefix `bert.`, and layer norms may
/// have `gamma` and `beta`.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The shape of the model.
    pub bert: BertConfig,
    /// How the model reads text.
    pub config: ColbertConfig,
    /// The model.
    pub colbert: Colbert,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
}

impl Checkpoint {
    /// Loads the checkpoint in the folder `dir` onto `device`, which is one of Burn's, with weights in `f32`. Use
    /// [`Colbert::with_precision`] to multiply in another format.
    ///
    /// In PyLate's layout, the Dense module determines the dimension of an embedding, not the settings.
    ///
    /// # Errors
    /// [`Error::NoBurnDevice`] for the CPU, [`Error::CheckpointPrecision`] if [`LoadOptions::precision`] is not `f32`,
    /// [`Error::Layout`], those of [`BertConfig::from_dir`],
    /// [`ColbertConfig::from_dir`], [`Tokenizer::from_dir`], [`Tokenizer::new`], and
    /// [`Error::Safetensors`], [`Error::PytorchFeature`], [`Error::Pytorch`], [`Error::PickleOpcode`],
    /// [`Error::PickleGlobal`], [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::TensorDtype`],
    /// [`Error::SurplusTensor`].
    pub fn from_dir(dir: &Path, options: &LoadOptions, device: &Device) -> Result<Self, Error> {
        let device = device.try_into()?;
        check_precision(options)?;
        let folder = CheckpointFolder::open(dir, options)?;
        let mut weights = folder.weights()?;
        let fresh = Colbert::new(&folder.bert, folder.config.dim, &device);
        let colbert = load(fresh, &mut weights, &device)?;
        weights.finish()?;
        Ok(Self::of(folder, colbert))
    }

    /// Loads the BERT in the folder `dir` and adds a fresh projection: the usual start of a training.
    ///
    /// The folder is that of a model of the transformers library: `config.json`, weights and a tokenizer. A projection
    /// and heads for other tasks are ignored. The settings are [`LoadOptions::config`], or else
    /// [`ColbertConfig::default`]; the vocabulary must contain their markers. The projection is drawn from the
    /// device's random numbers; see [`Device::seed`].
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir), without those about `artifact.metadata`.
    pub fn from_bert(dir: &Path, options: &LoadOptions, device: &Device) -> Result<Self, Error> {
        let device = device.try_into()?;
        check_precision(options)?;
        let folder = CheckpointFolder::of_bert(dir, options)?;
        let mut weights = folder.weights()?;
        let fresh = Colbert::new(&folder.bert, folder.config.dim, &device);
        let colbert = load_below_projection(fresh, &mut weights, &device)?;
        weights.finish()?;
        Ok(Self::of(folder, colbert))
    }

    /// A model with fresh weights, drawn by `fresh`, with the shape and the tokenizer in the folder `dir`. Weights
    /// there are ignored.
    ///
    /// The settings are [`LoadOptions::config`], or else `artifact.metadata` in the folder. Weights are drawn from the
    /// device's random numbers at their first use; see [`Device::seed`].
    ///
    /// # Errors
    /// [`Error::NoBurnDevice`], [`Error::CheckpointPrecision`], those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`], [`Tokenizer::from_dir`] and
    /// [`Tokenizer::new`].
    pub fn from_config(
        dir: &Path,
        fresh: FreshWeights,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        let device = device.try_into()?;
        check_precision(options)?;
        let folder = CheckpointFolder::without_weights(dir, options)?;
        let colbert = Colbert::drawn(&folder.bert, folder.config.dim, fresh, &device);
        Ok(Self::of(folder, colbert))
    }

    /// A model with fresh weights, drawn by `fresh`, of the shape `bert` for `tokenizer`. The size of the vocabulary
    /// comes from the tokenizer, not from `bert`.
    ///
    /// ```
    /// # #[cfg(feature = "flex")] {
    /// use jacolbert_model::{BertConfig, Checkpoint, ColbertConfig, Device, FreshWeights};
    /// use jacolbert_tokenizer::TextTokenizer;
    ///
    /// # let mini = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/mini"));
    /// let tokenizer = TextTokenizer::from_dir(mini, None)?;
    /// let bert = BertConfig {
    ///     hidden_size: 32,
    ///     num_hidden_layers: 1,
    ///     num_attention_heads: 2,
    ///     intermediate_size: 64,
    ///     ..BertConfig::default()
    /// };
    /// let config = ColbertConfig::default();
    /// let fresh = FreshWeights::LEXICAL;
    /// let start = Checkpoint::from_scratch(bert, config, &tokenizer, fresh, &Device::flex())?;
    /// assert_eq!(start.bert.vocab_size, tokenizer.vocab_size());
    /// # }
    /// # Ok::<(), jacolbert_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoBurnDevice`], [`Error::Heads`], [`Error::Setting`] for an invalid shape, and those of
    /// [`Tokenizer::new`].
    pub fn from_scratch(
        bert: BertConfig,
        config: ColbertConfig,
        tokenizer: &TextTokenizer,
        fresh: FreshWeights,
        device: &Device,
    ) -> Result<Self, Error> {
        let device = device.try_into()?;
        let bert = BertConfig { vocab_size: tokenizer.vocab_size(), ..bert };
        bert.check()?;
        config.check_dim()?;
        let tokenizer = Tokenizer::new(tokenizer.clone(), &bert, &config)?;
        let colbert = Colbert::drawn(&bert, config.dim, fresh, &device);
        Ok(Self { bert, config, colbert, tokenizer })
    }

    fn of(folder: CheckpointFolder, colbert: Colbert) -> Self {
        let CheckpointFolder { bert, config, tokenizer, .. } = folder;
        Self { bert, config, colbert, tokenizer }
    }

    /// Writes the checkpoint to the folder `dir` in the layout of colbert-ai, with weights as F32 in
    /// `model.safetensors`. The folder is created if it is missing.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Safetensors`], [`Error::Device`].
    pub fn save(&self, dir: &Path) -> Result<(), Error> {
        self.save_as(dir, WeightFormat::F32)
    }

    /// As [`save`](Self::save), with weights in the given format.
    ///
    /// # Errors
    /// As [`save`](Self::save), and [`Error::OutOfRange`] for a weight that the format cannot hold.
    pub fn save_as(&self, dir: &Path, format: WeightFormat) -> Result<(), Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::io(dir, source))?;
        self.bert.save(dir)?;
        self.config.save(dir)?;
        self.tokenizer.save(dir)?;
        writer::save(&self.colbert, &dir.join(SAFETENSORS), format)
    }
}

/// Checks that `options` ask for the precision of a checkpoint.
fn check_precision(options: &LoadOptions) -> Result<(), Error> {
    match options.precision {
        Precision::F32 => Ok(()),
        precision => Err(Error::CheckpointPrecision { precision }),
    }
}
