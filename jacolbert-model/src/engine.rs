//! What computes the embeddings of an encoder.

#[cfg(feature = "flex")]
use std::sync::Arc;

use burn::tensor::{DType, Device};

#[cfg(feature = "flex")]
use crate::Precision;
#[cfg(feature = "flex")]
use crate::packed::{PackedColbert, Packing};
use crate::{Batch, BertConfig, Colbert, Encoding, Error};

/// What computes on flex, the device on the CPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CpuEngine {
    /// A copy of the weights laid out for this crate's own kernels, in `f32`: the same embeddings
    /// within 1e-5, faster, and to the bit whatever texts are encoded together. A model in another
    /// [`Precision`](crate::Precision) is computed by its module, and so is any on an x86-64 without
    /// fused multiply-add.
    #[default]
    Packed,
    /// As [`Packed`](Self::Packed), with products of weights and inputs in bf16, those of attention too, summed
    /// up in `f32`: half the memory for the layers and much less time with AMX, or with AVX-512 BF16 on AMD's
    /// processors; elsewhere it takes more, on those of Intel's that have AVX-512 BF16 without AMX, too.
    ///
    /// Embeddings are near those of `f32` but not the same. With AMX, whose sums are in another order, they
    /// differ a little from those without it. The [fingerprint](crate::Encoder::fingerprint) does not tell any
    /// of them apart: an index keeps to the engine it was begun with only if its user does.
    ///
    /// Linux grants AMX to a process that asks for it, which loading such an encoder does; from then on it
    /// refuses alternate signal stacks that are too small for its state (`AT_MINSIGSTKSZ`, some 12 KB).
    PackedBf16,
    /// As [`Packed`](Self::Packed), with products of weights and inputs in 8 bits, a scale for each column of
    /// weights and for each token: a quarter of the memory for the layers, and the least time with AMX or
    /// AVX-512 VNNI. Attention is in bf16 where the machine has instructions for it. Embeddings are near those of
    /// `f32` but not the same, and what is said at [`PackedBf16`](Self::PackedBf16) is true of them, too.
    PackedInt8,
    /// The [`Colbert`] itself on Burn's operations, as on any other device.
    Module,
}

/// A model on the device on which it computes.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Module {
        colbert: Box<Colbert>,
        device: Device,
    },
    #[cfg(feature = "flex")]
    Packed(Arc<PackedColbert>),
}

impl Engine {
    /// That of `colbert`, whose settings are `config`, on the device on which it is.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(crate) fn new(
        config: &BertConfig,
        colbert: Colbert,
        cpu: CpuEngine,
    ) -> Result<Self, Error> {
        let device = colbert.device();
        #[cfg(feature = "flex")]
        if let Some(packing) = packing(cpu)
            && colbert.precision() == Precision::F32
            && device == Device::flex()
        {
            return Ok(Self::Packed(Arc::new(PackedColbert::new(config, colbert, packing)?)));
        }
        #[cfg(not(feature = "flex"))]
        let _only_for_flex = (config, cpu);
        Ok(Self::Module { colbert: Box::new(colbert.with_weights_as_multiplied()), device })
    }

    /// Length of an embedding.
    pub(crate) fn dim(&self) -> usize {
        match self {
            Self::Module { colbert, .. } => colbert.dim(),
            #[cfg(feature = "flex")]
            Self::Packed(packed) => packed.dim(),
        }
    }

    /// Per text the unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(crate) fn embed(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        match self {
            Self::Module { colbert, device } => rows_of_module(colbert, texts, device),
            #[cfg(feature = "flex")]
            Self::Packed(packed) => Ok(packed.forward(texts)),
        }
    }

    /// The multiplications of the layers for so many tokens, and nothing else, and how many those were; none
    /// where layers are not packed.
    #[cfg(feature = "flex")]
    pub(crate) fn multiply_only(&self, tokens: usize) -> Option<usize> {
        match self {
            Self::Module { .. } => None,
            Self::Packed(packed) => Some(packed.multiply_only(tokens)),
        }
    }
}

/// How weights are packed; none for the module.
#[cfg(feature = "flex")]
pub(crate) fn packing(cpu: CpuEngine) -> Option<Packing> {
    match cpu {
        CpuEngine::Packed => Packing::F32.if_it_pays(),
        CpuEngine::PackedBf16 => Packing::Bf16.if_it_pays(),
        CpuEngine::PackedInt8 => Packing::Int8.if_it_pays(),
        CpuEngine::Module => None,
    }
}

fn rows_of_module(
    colbert: &Colbert,
    texts: &[&Encoding],
    device: &Device,
) -> Result<Vec<Vec<f32>>, Error> {
    let tensor = colbert.forward(Batch::new(texts, device)).tensor;
    let [_, tokens, dim] = tensor.dims();
    let data = tensor.try_into_data_dtype(DType::F32).map_err(|e| Error::Device(e.into()))?;
    let values = data.as_slice::<f32>().map_err(|e| Error::Device(e.into()))?;
    let matrices = values.chunks_exact(tokens * dim).zip(texts);
    Ok(matrices.map(|(matrix, text)| kept_rows(matrix, &text.keep, dim)).collect())
}

/// The rows of `matrix` `[tokens, dim]` for which `keep` is true.
fn kept_rows(matrix: &[f32], keep: &[bool], dim: usize) -> Vec<f32> {
    let rows = matrix.chunks_exact(dim).zip(keep);
    rows.filter(|(_, keep)| **keep).flat_map(|(row, _)| row).copied().collect()
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use crate::FreshWeights;

    #[test]
    fn weights_are_kept_in_the_format_in_which_they_are_multiplied() {
        let config = BertConfig {
            vocab_size: 10,
            hidden_size: 8,
            num_hidden_layers: 1,
            num_attention_heads: 2,
            intermediate_size: 12,
            ..Default::default()
        };
        for (precision, dtype) in [
            (Precision::F32, DType::F32),
            (Precision::Bf16, DType::BF16),
            (Precision::F16, DType::F16),
        ] {
            let colbert = Colbert::drawn(&config, 4, FreshWeights::BERT, &Device::flex());
            let colbert = colbert.with_precision(precision).expect("flex has all of them");
            let engine = Engine::new(&config, colbert, CpuEngine::Module).expect("a module");
            let Engine::Module { mut colbert, .. } = engine else {
                panic!("{precision:?} is computed by the module")
            };
            let found: Vec<DType> =
                colbert.bert.linears().map(|linear| linear.weight.val().dtype()).collect();
            assert_eq!(found, vec![dtype; found.len()]);
            assert!(!found.is_empty());
            assert_eq!(colbert.linear.weight.val().dtype(), dtype);
        }
    }
}
