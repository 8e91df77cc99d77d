//! The layers, without what a ColBERT has on top of them.

use super::embeddings::PackedEmbeddings;
use super::kernels::Machine;
use super::layer::PackedLayer;
use super::packing::Packing;
use super::partition::Partition;
use super::ragged::{Ragged, concatenated};
use super::scratch::PassScratch;
use crate::checkpoint::Weights;
use crate::{BertConfig, Encoding, Error};

/// The weights of a BERT, laid out for the kernels.
#[derive(Debug)]
pub(crate) struct PackedBert {
    machine: Machine,
    embeddings: PackedEmbeddings,
    layers: Vec<PackedLayer>,
    hidden_size: usize,
}

impl PackedBert {
    /// Takes and packs the weights of a model of the shape `config`, one after the other.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(crate) fn take(
        config: &BertConfig,
        weights: &mut Weights,
        packing: Packing,
    ) -> Result<Self, Error> {
        let embeddings = PackedEmbeddings::take(config, weights)?;
        let layers = (0..config.num_hidden_layers)
            .map(|n| PackedLayer::take(config, weights, n, packing))
            .collect::<Result<_, _>>()?;
        Ok(Self { machine: packing.machine(), embeddings, layers, hidden_size: config.hidden_size })
    }

    /// The same without the first `count` positions, of which there are more: an XLM-RoBERTa, whose texts
    /// begin at a later position than 0, then is a BERT.
    pub(crate) fn without_positions(self, count: usize) -> Self {
        Self { embeddings: self.embeddings.without_positions(count), ..self }
    }

    /// The same, computing on `machine`.
    #[cfg(test)]
    pub(super) fn on(self, machine: Machine) -> Self {
        Self { machine, ..self }
    }

    /// Per text the hidden states of its tokens, `[tokens, hidden]`.
    pub(crate) fn forward(&self, texts: &[&Encoding]) -> Vec<Vec<f32>> {
        let batch = Ragged::new(texts);
        let hidden = self.hidden(&batch, &self.partition(&batch));
        let mut rows = hidden.chunks_exact(self.stride()).map(|row| &row[..self.hidden_size]);
        let texts = texts.iter().map(|text| text.ids.len());
        texts.map(|n| concatenated(n * self.hidden_size, rows.by_ref().take(n))).collect()
    }

    /// Applies the linear layers to `tokens` rows, without activation, and drops the results. Returns the number of
    /// multiplications.
    #[cfg(any(feature = "measure", test))]
    pub(super) fn multiply_only(&self, tokens: usize) -> usize {
        use super::kernels::{Rows, row_stride};
        use super::linear::{Outputs, PackedLinear};

        let partition = Partition::new(self.machine, tokens);
        let linears = || self.layers.iter().flat_map(PackedLayer::linears);
        let stride = row_stride(linears().map(PackedLinear::num_inputs).max().unwrap_or(0));
        let mut rows = vec![0.5; tokens * stride];
        for layer in &self.layers {
            partition.for_blocks(&mut rows, stride, |_, values, scratch| {
                let rows = Rows { values, stride, count: values.len() / stride };
                for linear in layer.linears() {
                    let out = Outputs::F32(scratch.outputs.take(rows.count * linear.stride()));
                    linear.apply(rows, None, &partition, &mut scratch.rounded, out);
                }
            });
        }
        linears().map(|linear| tokens * linear.num_inputs() * linear.num_outputs()).sum()
    }

    pub(super) fn machine(&self) -> Machine {
        self.machine
    }

    /// From one row of hidden states to the next.
    pub(super) fn stride(&self) -> usize {
        self.embeddings.stride()
    }

    /// Who computes what of `batch`.
    pub(super) fn partition(&self, batch: &Ragged<'_>) -> Partition {
        Partition::new(self.machine, batch.num_rows())
    }

    /// `[rows, stride]`: the hidden state of every token.
    pub(super) fn hidden(&self, batch: &Ragged<'_>, partition: &Partition) -> Vec<f32> {
        let mut hidden = self.embeddings.forward(batch, partition);
        let mut scratch = PassScratch::default();
        for layer in &self.layers {
            layer.forward(&mut hidden, batch, partition, &mut scratch);
        }
        hidden
    }
}
