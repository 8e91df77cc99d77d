//! Encoders of models in memory, and the same model made again to check it.

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
