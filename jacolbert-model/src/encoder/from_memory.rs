//! Encoders for models in memory, and a second encoder of the same model for self-checks.

#[cfg(feature = "burn")]
use std::sync::OnceLock;

#[cfg(feature = "burn")]
use burn::module::Module;

use super::Encoder;
use super::origin::Origin;
#[cfg(feature = "burn")]
use super::origin::engine_of;
#[cfg(feature = "burn")]
use crate::EncodeOptions;
#[cfg(feature = "burn")]
use crate::burn::Checkpoint;
#[cfg(feature = "burn")]
use crate::checkpoint::settings_checksum;
use crate::{Device, Error, LoadOptions, Precision};

impl Encoder {
    /// The same model in another number format or on another device, from its files or from its weights in memory.
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
    /// An encoder for a checkpoint in memory, on `device`; for example for a model in training, on the
    /// [CPU](Device::cpu). It has no gradients and no dropout.
    ///
    /// It keeps the weights of the checkpoint in addition to those of the engine, so it takes more memory than
    /// [`from_dir`](Self::from_dir).
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
