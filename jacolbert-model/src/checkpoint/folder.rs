//! The folder of a ColBERT, with its weights not read yet.

use std::path::Path;

use jacolbert_tokenizer::TextTokenizer;

use super::layout::Layout;
use super::weights::Weights;
use crate::config::SettingsSource;
use crate::{BertConfig, ColbertConfig, Error, LoadOptions, Tokenizer};

/// The settings, the tokenizer and the location of the weights of a ColBERT.
pub(crate) struct CheckpointFolder {
    /// The shape of the model.
    pub(crate) bert: BertConfig,
    /// How the model reads text.
    pub(crate) config: ColbertConfig,
    /// The tokenizer.
    pub(crate) tokenizer: Tokenizer,
    layout: Layout,
}

impl CheckpointFolder {
    /// Reads everything except the weights from the folder `dir`. In PyLate's layout, the Dense module determines the
    /// dimension of an embedding, not the settings.
    ///
    /// # Errors
    /// [`Error::Layout`], [`Error::NoHead`], [`Error::NoMetadata`], those of [`BertConfig::from_dir`], [`ColbertConfig::from_dir`],
    /// [`TextTokenizer::from_dir`] and [`Tokenizer::new`].
    pub(crate) fn open(dir: &Path, options: &LoadOptions) -> Result<Self, Error> {
        let layout = Layout::of(dir)?;
        let source = SettingsSource::of(dir);
        if options.config.is_none() && !source.path().is_file() {
            return Err(layout.without_settings(dir));
        }
        let config = config_of(dir, options)?;
        let config = ColbertConfig { dim: layout.dim().unwrap_or(config.dim), ..config };
        Self::with_layout(layout, config, options).map_err(|error| {
            if options.config.is_none() || is_stored(&error, dir) {
                error.of_settings_in(source.path(), source.key())
            } else {
                error
            }
        })
    }

    /// As [`open`](Self::open), for a BERT that has no settings of a ColBERT.
    ///
    /// # Errors
    /// As [`open`](Self::open), without those about `artifact.metadata`.
    #[cfg(feature = "burn")]
    pub(crate) fn of_bert(dir: &Path, options: &LoadOptions) -> Result<Self, Error> {
        let config = options.config.clone().unwrap_or_default();
        Self::with_layout(Layout::ColbertAi { dir: dir.into() }, config, options)
    }

    /// As [`open`](Self::open), for a folder without weights.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[cfg(feature = "burn")]
    pub(crate) fn without_weights(dir: &Path, options: &LoadOptions) -> Result<Self, Error> {
        let config = config_of(dir, options)?;
        Self::with_layout(Layout::ColbertAi { dir: dir.into() }, config, options)
    }

    fn with_layout(
        layout: Layout,
        config: ColbertConfig,
        options: &LoadOptions,
    ) -> Result<Self, Error> {
        let dir = layout.encoder();
        let bert = BertConfig::from_dir(dir)?;
        config.check_dim()?;
        let tokenizer = TextTokenizer::open(dir, &options.tokenizer())?;
        let tokenizer = Tokenizer::new(tokenizer, &bert, &config)?;
        Ok(Self { bert, config, tokenizer, layout })
    }

    /// Opens the weights.
    ///
    /// # Errors
    /// Those of opening a file.
    pub(crate) fn weights(&self) -> Result<Weights, Error> {
        Ok(Weights::of_files(self.layout.tensors()?))
    }
}

/// Whether the length that `error` is about also stands in the folder `dir`: the caller changed other settings of it.
fn is_stored(error: &Error, dir: &Path) -> bool {
    let Error::Length { key, length, .. } = error else { return false };
    ColbertConfig::from_dir(dir).is_ok_and(|stored| match *key {
        "doc_maxlen" => stored.doc_maxlen == *length,
        "query_maxlen" => stored.query_length.max(usize::MAX) == *length,
        _ => false,
    })
}

fn config_of(dir: &Path, options: &LoadOptions) -> Result<ColbertConfig, Error> {
    match &options.config {
        Some(config) => Ok(config.clone()),
        None => ColbertConfig::from_dir(dir),
    }
}
