//! The computation of an encoder's embeddings.

use std::sync::Arc;

#[cfg(feature = "burn")]
use crate::burn::ModuleEngine;
use crate::checkpoint::Weights;
use crate::packed::{PackedColbert, Packing};
use crate::{BertConfig, Device, Encoding, Error, Precision};

/// A model on the device on which it computes.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Packed(Arc<PackedColbert>),
    #[cfg(feature = "burn")]
    Module(Box<ModuleEngine>),
}

impl Engine {
    /// Builds the engine of a model of the shape `config` with embeddings of dimension `dim`.
    ///
    /// # Errors
    /// [`Error::Precision`], and those of [`Weights::take`].
    pub(crate) fn take(
        config: &BertConfig,
        dim: usize,
        weights: &mut Weights,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, Error> {
        device.check_precision(precision)?;
        #[cfg(feature = "burn")]
        if let Some(device) = device.as_burn() {
            let module = ModuleEngine::take(config, dim, weights, precision, device)?;
            return Ok(Self::Module(Box::new(module)));
        }
        let packing = Packing::of(precision).ok_or_else(|| device.unfit(precision))?;
        Ok(Self::Packed(Arc::new(PackedColbert::take(config, dim, weights, packing)?)))
    }

    /// The device that it computes on.
    pub(crate) fn device(&self) -> Device {
        match self {
            Self::Packed(_) => Device::cpu(),
            #[cfg(feature = "burn")]
            Self::Module(module) => module.device().clone().into(),
        }
    }

    /// Dimension of an embedding.
    pub(crate) fn dim(&self) -> usize {
        match self {
            Self::Packed(packed) => packed.dim(),
            #[cfg(feature = "burn")]
            Self::Module(module) => module.dim(),
        }
    }

    /// Per text the unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(crate) fn embed(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        match self {
            Self::Packed(packed) => Ok(packed.forward(texts)),
            #[cfg(feature = "burn")]
            Self::Module(module) => module.embed(texts),
        }
    }

    /// Applies only the linear layers to `tokens` tokens. Returns the number of multiplications; `None` if the
    /// weights are not packed.
    #[cfg(feature = "measure")]
    pub(crate) fn multiply_only(&self, tokens: usize) -> Option<usize> {
        match self {
            Self::Packed(packed) => Some(packed.multiply_only(tokens)),
            #[cfg(feature = "burn")]
            Self::Module(_) => None,
        }
    }
}
