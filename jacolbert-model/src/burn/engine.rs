//! Burn modules as the engines of encoders.

use burn::module::Module;
use burn::tensor::{DType, Device, Tensor};

use super::batch::Batch;
use super::bert::Bert;
use super::colbert::Colbert;
use super::fresh_weights::FreshWeights;
use super::loader::{load, load_encoder};
use super::products::Format;
use crate::checkpoint::Weights;
use crate::{BertConfig, Encoding, Error, Precision};

/// A ColBERT on a device of Burn.
#[derive(Debug, Clone)]
pub(crate) struct ModuleEngine {
    colbert: Colbert,
    device: Device,
}

/// An encoder of sentences on a device of Burn.
#[derive(Debug, Clone)]
pub(crate) struct SentenceModule {
    bert: Bert,
    format: Format,
    device: Device,
}

impl ModuleEngine {
    /// Loads the weights of a model of the shape `config` with embeddings of length `dim` onto `device`.
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
        let colbert = load(Colbert::new(config, dim, device), weights, device)?;
        Self::new(colbert, precision)
    }

    /// Computes with `colbert` on its device, without gradients.
    ///
    /// # Errors
    /// [`Error::Precision`].
    pub(crate) fn new(colbert: Colbert, precision: Precision) -> Result<Self, Error> {
        let colbert = colbert.valid().with_precision(precision)?.with_weights_as_multiplied();
        Ok(Self { device: colbert.device(), colbert })
    }

    /// Where it computes.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// Length of an embedding.
    pub(crate) fn dim(&self) -> usize {
        self.colbert.dim()
    }

    /// Per text the unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(crate) fn embed(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        let tensor = self.colbert.forward(Batch::new(texts, &self.device)).tensor;
        let [_, tokens, dim] = tensor.dims();
        let values = values(tensor)?;
        let matrices = values.chunks_exact(tokens * dim).zip(texts);
        Ok(matrices.map(|(matrix, text)| kept_rows(matrix, &text.keep, dim)).collect())
    }
}

impl SentenceModule {
    /// Loads the weights of a model of the shape `config` onto `device`; the first `first_position` positions
    /// are left out.
    ///
    /// # Errors
    /// [`Error::Precision`], and those of [`Weights::take`].
    pub(crate) fn take(
        config: &BertConfig,
        first_position: usize,
        weights: &mut Weights,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, Error> {
        let format = Format::on(precision, device)?;
        let bert = load_encoder(config.init(FreshWeights::BERT, device), weights, device)?;
        let bert = bert.valid().without_positions(first_position);
        // On a device with gradients the module left it by `valid`.
        let device = bert.devices().into_iter().next().unwrap_or_else(|| device.clone());
        Ok(Self { bert, format, device })
    }

    /// Where it computes.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// Per text the hidden states of its tokens, `[tokens, hidden]`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(crate) fn hidden(&self, texts: &[&Encoding]) -> Result<Vec<Vec<f32>>, Error> {
        let Batch { ids, attention, .. } = Batch::new(texts, &self.device);
        let tensor = self.bert.forward_in(self.format, ids, attention);
        let [_, tokens, hidden] = tensor.dims();
        let values = values(tensor)?;
        let matrices = values.chunks_exact(tokens * hidden).zip(texts);
        Ok(matrices.map(|(matrix, text)| matrix[..text.ids.len() * hidden].to_vec()).collect())
    }
}

/// The values of `tensor`, read back from its device.
fn values(tensor: Tensor<3>) -> Result<Vec<f32>, Error> {
    let data = tensor.try_into_data_dtype(DType::F32).map_err(|e| Error::Device(e.into()))?;
    data.try_into_vec().map_err(|e| Error::Device(e.into()))
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
            let engine = ModuleEngine::new(colbert, precision).expect("flex has all of them");
            let mut colbert = engine.colbert;
            let found: Vec<DType> =
                colbert.bert.linears().map(|linear| linear.weight.val().dtype()).collect();
            assert_eq!(found, vec![dtype; found.len()]);
            assert!(!found.is_empty());
            assert_eq!(colbert.linear.weight.val().dtype(), dtype);
        }
    }
}
