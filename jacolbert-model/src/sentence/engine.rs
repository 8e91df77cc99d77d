//! What computes the hidden states of a sentence encoder.

#[cfg(feature = "flex")]
use std::sync::Arc;

use burn::tensor::{DType, Device};

use crate::bert::Bert;
#[cfg(feature = "flex")]
use crate::engine::packing;
#[cfg(feature = "flex")]
use crate::packed::PackedBert;
use crate::{Batch, BertConfig, CpuEngine, Encoding, Error};

/// An encoder on the device on which it computes; on flex packed, unless another engine is asked for.
#[derive(Debug, Clone)]
pub(super) enum SentenceEngine {
    Module {
        bert: Box<Bert>,
        device: Device,
    },
    #[cfg(feature = "flex")]
    Packed(Arc<PackedBert>),
}

impl SentenceEngine {
    /// That of `bert`, whose settings are `config` and which is on `device`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) fn new(
        config: &BertConfig,
        bert: Bert,
        cpu: CpuEngine,
        device: &Device,
    ) -> Result<Self, Error> {
        #[cfg(feature = "flex")]
        if let Some(packing) = packing(cpu)
            && *device == Device::flex()
        {
            return Ok(Self::Packed(Arc::new(PackedBert::new(config, bert, packing)?)));
        }
        #[cfg(not(feature = "flex"))]
        let _only_for_flex = (config, cpu);
        Ok(Self::Module { bert: Box::new(bert), device: device.clone() })
    }

    /// Per text the hidden states of its tokens, `[tokens, hidden]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) fn hidden(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        match self {
            Self::Module { bert, device } => hidden_of_module(bert, texts, device),
            #[cfg(feature = "flex")]
            Self::Packed(packed) => Ok(packed.forward(texts)),
        }
    }
}

fn hidden_of_module(
    bert: &Bert,
    texts: &[&Encoding],
    device: &Device,
) -> Result<Vec<Vec<f32>>, Error> {
    let Batch { ids, attention, .. } = Batch::new(texts, device);
    let tensor = bert.forward(ids, attention);
    let [_, tokens, hidden] = tensor.dims();
    let data = tensor.try_into_data_dtype(DType::F32).map_err(|e| Error::Device(e.into()))?;
    let values = data.as_slice::<f32>().map_err(|e| Error::Device(e.into()))?;
    let matrices = values.chunks_exact(tokens * hidden).zip(texts);
    Ok(matrices.map(|(matrix, text)| matrix[..text.ids.len() * hidden].to_vec()).collect())
}
