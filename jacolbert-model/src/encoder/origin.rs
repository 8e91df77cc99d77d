//! The origin of an encoder's model, from which a self-check loads it again.

use std::path::PathBuf;

#[cfg(feature = "burn")]
use burn::module::Module;

#[cfg(feature = "burn")]
use super::engine::Engine;
#[cfg(feature = "burn")]
use crate::burn::{Colbert, ModuleEngine, stored_tensors, weights_checksum};
#[cfg(feature = "burn")]
use crate::checkpoint::Weights;
#[cfg(feature = "burn")]
use crate::{BertConfig, Device, Precision};
use crate::{Error, LoadOptions};

/// The origin of a model.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// A folder; its weights have this checksum.
    Folder { folder: PathBuf, options: LoadOptions, weights: u32 },
    /// A module in memory. It is kept, because its weights cannot be loaded again.
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

/// Builds the engine for the weights of `colbert`, whose shape is `config`.
#[cfg(feature = "burn")]
pub(super) fn engine_of(
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
