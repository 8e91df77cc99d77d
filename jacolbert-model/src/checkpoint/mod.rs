//! A model and all that belongs to it, in a folder of the colbert-ai layout.

mod loader;
mod module_path;
mod stored_names;
mod stored_tensors;
mod writer;

use std::path::Path;

use burn::tensor::Device;

use crate::{BertConfig, Colbert, ColbertConfig, Error, LoadOptions, Tokenizer};
use loader::load;
use stored_tensors::StoredTensors;

/// The file's name in a checkpoint's folder.
const WEIGHTS: &str = "model.safetensors";

/// A model with its settings and its tokenizer.
///
/// | file | what |
/// |---|---|
/// | `config.json` | [`BertConfig`] |
/// | `artifact.metadata` | [`ColbertConfig`] |
/// | `model.safetensors` | weights of [`Colbert`], as F32, F16 or BF16 |
/// | `tokenizer.json`, or `vocab.txt` and `tokenizer_config.json` | [`Tokenizer`] |
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
    /// Those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`], [`Tokenizer::from_dir`], and
    /// [`Error::Safetensors`], [`Error::MissingTensor`], [`Error::TensorShape`],
    /// [`Error::TensorDtype`], [`Error::SurplusTensor`].
    pub fn from_dir(dir: &Path, device: &Device) -> Result<Self, Error> {
        Self::from_dir_with(dir, &LoadOptions::default(), device)
    }

    /// As [`from_dir`](Self::from_dir), by `options`.
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir) and [`Tokenizer::with_dictionary`].
    #[tracing::instrument(level = "debug", name = "load", skip(options, device))]
    pub fn from_dir_with(
        dir: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        let bert = BertConfig::from_dir(dir)?;
        let config = match &options.config {
            Some(config) => config.clone(),
            None => ColbertConfig::from_dir(dir)?,
        };
        let tokenizer = match &options.dictionary {
            Some(dictionary) => Tokenizer::with_dictionary(dir, dictionary, &bert, &config)?,
            None => Tokenizer::from_dir(dir, &bert, &config)?,
        };
        let path = dir.join(WEIGHTS);
        let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let tensors = StoredTensors::parse(&path, &bytes)?;
        let colbert = load(Colbert::new(&bert, config.dim, device), tensors, device)?;
        Ok(Self { bert, config, colbert, tokenizer })
    }

    /// Writes the checkpoint to the folder `dir`, which is made if need be; weights as F32.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Safetensors`], [`Error::Device`].
    pub fn save(&self, dir: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::io(dir, source))?;
        self.bert.save(dir)?;
        self.config.save(dir)?;
        self.tokenizer.save(dir)?;
        writer::save(&self.colbert, &dir.join(WEIGHTS))
    }
}
