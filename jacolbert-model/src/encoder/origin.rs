//! Where the model of an encoder came from, and how it is made again to check it.

use std::path::PathBuf;
#[cfg(feature = "burn")]
use std::sync::OnceLock;

#[cfg(feature = "burn")]
use burn::module::Module;

#[cfg(feature = "burn")]
use super::engine::Engine;
#[cfg(feature = "burn")]
use crate::burn::{Checkpoint, Colbert, ModuleEngine, stored_tensors, weights_checksum};
#[cfg(feature = "burn")]
use crate::checkpoint::{Weights, settings_checksum};
#[cfg(feature = "burn")]
use crate::{BertConfig, EncodeOptions};
use crate::{Device, Encoder, Error, LoadOptions, Precision};

/// Where a model came from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// Files, whose weights have this checksum.
    Folder { folder: PathBuf, options: LoadOptions, weights: u32 },
    /// A module in memory. There is nothing to load its weights from again, so they are kept.
    #[cfg(feature = "burn")]
    Memory { colbert: Box<Colbert> },
}

impl Origin {
    /// The checksum of the weights.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) fn weights_checksum(&self) -> Result<u32, Error> {
        match self {
            Self::Folder { weights, .. } => Ok(*weights),
            #[cfg(feature = "burn")]
            Self::Memory { colbert } => weights_checksum(colbert),
        }
    }
}

impl Encoder {
    /// The same model in another number format or on another device: from the files that it came from, or of its
    /// weights in memory if it came from none.
    ///
    /// # Errors
    /// As [`Encoder::from_dir`].
    pub(super) fn made_again(&self, precision: Precision, device: &Device) -> Result<Self, Error> {
        let encoder = match &self.origin {
            Origin::Folder { folder, options, .. } => {
                let options = LoadOptions { precision, ..options.clone() };
                Self::from_dir(folder, &options, device)?
            }
            #[cfg(feature = "burn")]
            Origin::Memory { colbert } => {
                let engine = engine_of(colbert, &self.bert, precision, device)?;
                Self { device: engine.device(), engine, precision, ..self.clone() }
            }
        };
        Ok(encoder.with_options(self.options))
    }
}

#[cfg(feature = "burn")]
impl Encoder {
    /// Encodes with the model of a checkpoint in memory, on `device`: a model in training on the
    /// [CPU](Device::cpu), for instance. Gradients and dropout are left behind.
    ///
    /// The weights of the checkpoint are kept beside those that are multiplied.
    /// [`from_dir`](Self::from_dir) holds them once.
    ///
    /// # Errors
    /// [`Error::Precision`] if the device cannot compute in `precision`, and [`Error::Device`].
    pub fn from_checkpoint(
        checkpoint: Checkpoint,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, Error> {
        let colbert = checkpoint.colbert.valid();
        let engine = engine_of(&colbert, &checkpoint.bert, precision, device)?;
        Ok(Self {
            device: engine.device(),
            precision,
            engine,
            settings: settings_checksum(&checkpoint.bert, &checkpoint.config),
            tokenizer: checkpoint.tokenizer,
            options: EncodeOptions::default(),
            bert: checkpoint.bert,
            origin: Origin::Memory { colbert: Box::new(colbert) },
            fingerprint: OnceLock::new(),
        })
    }
}

/// What computes with the weights of `colbert`, whose shape is `config`.
#[cfg(feature = "burn")]
fn engine_of(
    colbert: &Colbert,
    config: &BertConfig,
    precision: Precision,
    device: &Device,
) -> Result<Engine, Error> {
    if let Some(device) = device.as_burn() {
        let colbert = colbert.clone().to_device(device);
        return Ok(Engine::Module(Box::new(ModuleEngine::new(colbert, precision)?)));
    }
    let mut weights = Weights::of_memory(stored_tensors(colbert)?);
    Engine::take(config, colbert.dim(), &mut weights, precision, device)
}
