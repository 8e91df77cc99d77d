//! A model and all that belongs to it, in a folder.

mod layout;
mod loader;
mod module_path;
mod pytorch_file;
mod safetensors_file;
mod settings_checksum;
mod sharded_file;
mod stored_names;
mod stored_tensors;
mod tensor_file;
mod weight_format;
mod weights_file;
mod writer;

use std::path::Path;

use burn::tensor::Device;
use jacolbert_tokenizer::TextTokenizer;

use crate::bert::Bert;
use crate::{BertConfig, Colbert, ColbertConfig, Error, FreshWeights, LoadOptions, Tokenizer};
use layout::{Layout, open_weights};
use loader::{Projection, load, load_encoder};
use stored_tensors::StoredTensors;
use weights_file::SAFETENSORS;

pub(crate) use settings_checksum::settings_checksum;
pub use tensor_file::TensorFile;
pub use weight_format::WeightFormat;
pub(crate) use writer::weights_checksum;

/// `fresh` with the encoder's weights in the folder `dir`, and their checksum. Poolers and heads of other
/// tasks are left aside.
pub(crate) fn read_encoder(dir: &Path, fresh: Bert, device: &Device) -> Result<(Bert, u32), Error> {
    load_encoder(fresh, StoredTensors::of_encoder(open_weights(dir)?), device)
}

/// A model with its settings and its tokenizer.
///
/// Two layouts are read, recognised by the files that a folder has:
///
/// | colbert-ai | PyLate and sentence-transformers | what |
/// |---|---|---|
/// | `config.json` | `config.json` of the Transformer | [`BertConfig`] |
/// | `artifact.metadata` | `config_sentence_transformers.json` | [`ColbertConfig`] |
/// | `tokenizer.json`, or `vocab.txt` and `tokenizer_config.json` | the same of the Transformer | [`Tokenizer`] |
/// | weights | weights of the Transformer and `1_Dense` | [`Colbert`] |
/// | | `modules.json` | where Transformer and Dense are |
///
/// Weights are `model.safetensors` or, where there is none, `pytorch_model.bin`, as F32, F16 or
/// BF16. The latter is a pickle, which is read without calling anything that it names. Either may be
/// spread over several files, which an `.index.json` of that name lists. Names of the encoder's
/// tensors may lack the prefix `bert.`, and layer norms may have `gamma` and `beta`.
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
    /// Loads the checkpoint in the folder `dir` onto `device`.
    ///
    /// # Errors
    /// [`Error::Layout`], those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`],
    /// [`Tokenizer::from_dir`], [`Error::Safetensors`], [`Error::Pytorch`],
    /// [`Error::PickleOpcode`], [`Error::PickleGlobal`], [`Error::MissingTensor`],
    /// [`Error::TensorShape`], [`Error::TensorDtype`], [`Error::SurplusTensor`].
    pub fn from_dir(dir: &Path, device: &Device) -> Result<Self, Error> {
        Self::from_dir_with(dir, &LoadOptions::default(), device)
    }

    /// As [`from_dir`](Self::from_dir), by `options`.
    ///
    /// In PyLate's layout the length of an embedding is that of the Dense module, whatever the
    /// settings say.
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir).
    pub fn from_dir_with(
        dir: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        Ok(Self::read(dir, options, device)?.0)
    }

    /// Loads the BERT in the folder `dir` under a fresh projection, as training starts from it.
    ///
    /// The folder has what a model of the transformers library has: `config.json`, weights and a
    /// tokenizer. Heads of other tasks are left aside, a projection too. How text is read is what
    /// [`LoadOptions::config`] says, or else [`ColbertConfig::default`]; the tokens that mark a
    /// text's role must be in the vocabulary. The projection is drawn from the device's random
    /// numbers, see [`Device::seed`].
    ///
    /// # Errors
    /// As [`from_dir_with`](Self::from_dir_with), without those about `artifact.metadata`.
    pub fn from_bert(dir: &Path, options: &LoadOptions, device: &Device) -> Result<Self, Error> {
        let layout = Layout::ColbertAi { dir: dir.into() };
        let config = options.config.clone().unwrap_or_default();
        Ok(Self::assemble(&layout, config, options, Projection::Fresh, device)?.0)
    }

    /// A model with fresh weights, drawn as `fresh` says, of the shape that `config.json` in the
    /// folder `dir` has, with the folder's tokenizer. Weights there are left aside.
    ///
    /// How text is read is what [`LoadOptions::config`] says, or else `artifact.metadata` in the
    /// folder. Weights are drawn from the device's random numbers, see [`Device::seed`], when they are
    /// first looked at.
    ///
    /// # Errors
    /// Those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`], and
    /// [`Tokenizer::new`], and [`Error::Tokenizer`].
    pub fn from_config(
        dir: &Path,
        fresh: FreshWeights,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        let config = match &options.config {
            Some(config) => config.clone(),
            None => ColbertConfig::from_dir(dir)?,
        };
        let (bert, tokenizer) = Self::shape_and_tokenizer(dir, &config, options)?;
        let colbert = Colbert::drawn(&bert, config.dim, fresh, device);
        Ok(Self { bert, config, colbert, tokenizer })
    }

    /// A model with fresh weights, drawn as `fresh` says, that nothing was trained for before but its
    /// tokenizer; `bert` with an embedding for each of its tokens, whatever `vocab_size` is.
    ///
    /// ```
    /// use jacolbert_model::{
    ///     BertConfig, Checkpoint, ColbertConfig, Device, FreshWeights,
    /// };
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
    /// let (config, fresh) = (ColbertConfig::default(), FreshWeights::LEXICAL);
    /// let start = Checkpoint::from_scratch(bert, config, &tokenizer, fresh, &Device::flex())?;
    /// assert_eq!(start.bert.vocab_size, tokenizer.vocab_size());
    /// # Ok::<(), jacolbert_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Heads`], [`Error::Setting`] for a shape that no BERT has, and those of
    /// [`Tokenizer::new`].
    pub fn from_scratch(
        bert: BertConfig,
        config: ColbertConfig,
        tokenizer: &TextTokenizer,
        fresh: FreshWeights,
        device: &Device,
    ) -> Result<Self, Error> {
        let bert = BertConfig { vocab_size: tokenizer.vocab_size(), ..bert };
        bert.check()?;
        config.check_dim()?;
        let tokenizer = Tokenizer::new(tokenizer.clone(), &bert, &config)?;
        let colbert = Colbert::drawn(&bert, config.dim, fresh, device);
        Ok(Self { bert, config, colbert, tokenizer })
    }

    /// As [`from_dir_with`](Self::from_dir_with), with the checksum of the weights.
    #[tracing::instrument(level = "debug", name = "load", skip(options, device))]
    pub(crate) fn read(
        dir: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<(Self, u32), Error> {
        let layout = Layout::of(dir)?;
        let config = match &options.config {
            Some(config) => config.clone(),
            None => ColbertConfig::from_dir(dir)?,
        };
        let config = ColbertConfig { dim: layout.dim().unwrap_or(config.dim), ..config };
        Self::assemble(&layout, config, options, Projection::Stored, device)
    }

    /// The parts of a checkpoint that is spread as `layout` says, with the checksum of the weights.
    fn assemble(
        layout: &Layout,
        config: ColbertConfig,
        options: &LoadOptions,
        projection: Projection,
        device: &Device,
    ) -> Result<(Self, u32), Error> {
        let (bert, tokenizer) = Self::shape_and_tokenizer(layout.encoder(), &config, options)?;
        let fresh = Colbert::new(&bert, config.dim, device);
        let (colbert, weights) = load(fresh, layout.tensors()?, projection, device)?;
        Ok((Self { bert, config, colbert, tokenizer }, weights))
    }

    fn shape_and_tokenizer(
        dir: &Path,
        config: &ColbertConfig,
        options: &LoadOptions,
    ) -> Result<(BertConfig, Tokenizer), Error> {
        let bert = BertConfig::from_dir(dir)?;
        config.check_dim()?;
        let text = TextTokenizer::from_dir(dir, options.dictionary.as_deref())?;
        let tokenizer = Tokenizer::new(text, &bert, config)?;
        Ok((bert, tokenizer))
    }

    /// Writes the checkpoint to the folder `dir`, which is made if need be, in the layout of
    /// colbert-ai; weights as F32 in `model.safetensors`.
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
