//! The computation of a sentence encoder's hidden states.

use std::sync::Arc;

#[cfg(feature = "burn")]
use crate::burn::SentenceModule;
use crate::checkpoint::Weights;
use crate::config::SentenceShape;
use crate::packed::{PackedBert, Packing};
use crate::{Device, Encoding, Error, Precision};

/// An encoder on the device on which it computes.
#[derive(Debug, Clone)]
pub(super) enum SentenceEngine {
    Packed(Arc<PackedBert>),
    #[cfg(feature = "burn")]
    Module(Box<SentenceModule>),
}

impl SentenceEngine {
    /// Builds the engine of a model of the shape `shape` from its weights.
    ///
    /// # Errors
    /// [`Error::Precision`], and those of [`Weights::take`].
    pub(super) fn take(
        shape: &SentenceShape,
        weights: &mut Weights,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, Error> {
        device.check_precision(precision)?;
        let SentenceShape { stored, first_position } = shape;
        #[cfg(feature = "burn")]
        if let Some(device) = device.as_burn() {
            let module = SentenceModule::take(stored, *first_position, weights, precision, device)?;
            return Ok(Self::Module(Box::new(module)));
        }
        let packing = Packing::of(precision).ok_or_else(|| device.unfit(precision))?;
        let packed = PackedBert::take(stored, weights, packing)?;
        Ok(Self::Packed(Arc::new(packed.without_positions(*first_position))))
    }

    /// The device that it computes on.
    pub(super) fn device(&self) -> Device {
        match self {
            Self::Packed(_) => Device::cpu(),
            #[cfg(feature = "burn")]
            Self::Module(module) => module.device().clone().into(),
        }
    }

    /// Computes the hidden states of each text's tokens, `[tokens, hidden]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) fn hidden(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        match self {
            Self::Packed(packed) => Ok(packed.forward(texts)),
            #[cfg(feature = "burn")]
            Self::Module(module) => module.hidden(texts),
        }
    }
}
