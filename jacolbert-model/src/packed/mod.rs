//! An encoder on the CPU: the weights of a checkpoint, packed once for the kernels.
//!
//! The Burn module is the reference; this computes the same formula faster. Texts lie end to end, so that no padding
//! is computed. A product adds its bias and applies the activation while its results are in registers. Attention
//! scores exist for a few rows at a time. The embeddings of a text have the same bits in any batch and with any number
//! of threads.

mod attention;
mod bert;
mod bf16_head;
mod bf16_weights;
mod byte_weights;
mod embeddings;
mod feed_forward;
mod head;
mod huge_pages;
mod kernels;
mod layer;
mod linear;
mod norm;
mod packing;
mod partition;
mod ragged;
mod scratch;
#[cfg(test)]
mod tests;
mod weights;

use crate::checkpoint::Weights;
use crate::formula::MIN_NORM;
use crate::{BertConfig, Encoding, Error};
use kernels::Rows;
use linear::{Outputs, PackedLinear};
use partition::Partition;
use ragged::{Ragged, concatenated};
use weights::Matrix;

pub(crate) use bert::PackedBert;
pub(crate) use packing::Packing;

/// The weights of a ColBERT, laid out for the kernels.
#[derive(Debug)]
pub(crate) struct PackedColbert {
    bert: PackedBert,
    projection: PackedLinear,
}

impl PackedColbert {
    /// Takes and packs the weights of a model of the shape `config` with embeddings of length `dim`, one after
    /// the other.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(crate) fn take(
        config: &BertConfig,
        dim: usize,
        weights: &mut Weights,
        packing: Packing,
    ) -> Result<Self, Error> {
        let bert = PackedBert::take(config, weights, packing)?;
        let projection = Matrix::take_unbiased(weights, "linear", [dim, config.hidden_size])?;
        Ok(Self { bert, projection: PackedLinear::new(&[projection]) })
    }

    /// Dimension of an embedding.
    pub(crate) fn dim(&self) -> usize {
        self.projection.num_outputs()
    }

    /// Per text the unit rows of its kept tokens, `[tokens, dim]`.
    pub(crate) fn forward(&self, texts: &[&Encoding]) -> Vec<Vec<f32>> {
        let batch = Ragged::new(texts);
        let partition = self.bert.partition(&batch);
        let hidden = self.bert.hidden(&batch, &partition);
        self.unit_rows(&hidden, texts, &partition)
    }

    /// Applies only the linear layers to `tokens` tokens. Returns the number of multiplications.
    #[cfg(any(feature = "measure", test))]
    pub(crate) fn multiply_only(&self, tokens: usize) -> usize {
        self.bert.multiply_only(tokens)
    }

    /// `[rows, projection.stride()]`: `linear(x)` of every row.
    fn projected(&self, hidden: &[f32], partition: &Partition) -> Vec<f32> {
        let stride = self.bert.stride();
        let width = self.projection.stride();
        let mut out = vec![0.0; hidden.len() / stride * width];
        partition.for_blocks(&mut out, width, |first, out, scratch| {
            let values = &hidden[first * stride..];
            let rows = Rows { values, stride, count: out.len() / width };
            let out = Outputs::F32(out);
            self.projection.apply(rows, None, partition, &mut scratch.rounded, out);
        });
        out
    }

    /// `normalize(linear(x))` of the kept rows.
    fn unit_rows(
        &self,
        hidden: &[f32],
        texts: &[&Encoding],
        partition: &Partition,
    ) -> Vec<Vec<f32>> {
        let stride = self.bert.stride();
        let keep = texts.iter().flat_map(|text| &text.keep);
        let kept = hidden.chunks_exact(stride).zip(keep).filter(|(_, keep)| **keep);
        let kept = concatenated(hidden.len(), kept.map(|(row, _)| row));
        let projected = self.projected(&kept, partition);
        let mut rows = projected.chunks_exact(self.projection.stride());
        let texts = texts.iter().map(|text| {
            let count = text.keep.iter().filter(|keep| **keep).count();
            let rows = rows.by_ref().take(count).map(|row| &row[..self.dim()]);
            let mut unit = concatenated(count * self.dim(), rows);
            let rows = unit.chunks_exact_mut(self.dim());
            rows.for_each(|row| self.bert.machine().unit(row, MIN_NORM as f32));
            unit
        });
        texts.collect()
    }
}
