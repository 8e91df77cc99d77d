//! An encoder on the CPU: the weights of a checkpoint, packed once for the kernels.
//!
//! The Burn module is the definition; this computes the same formula with less work around it. Texts lie end to end, so that no padding is computed; a product adds its bias
//! and applies the activation while its results are at hand; scores of attention exist for some rows
//! at a time. What comes out for a text has the same bits whatever texts it is encoded with, and
//! however many threads take part.

mod attention;
mod bert;
mod bf16_head;
mod bf16_weights;
mod byte_weights;
mod division;
mod embeddings;
mod feed_forward;
mod head;
mod huge_pages;
mod kernels;
mod layer;
mod linear;
mod norm;
mod ragged;
mod rooms;
#[cfg(test)]
mod tests;
mod weights;

use crate::checkpoint::Weights;
use crate::formula::MIN_NORM;
use crate::{BertConfig, Encoding, Error, Precision};
use division::Division;
use kernels::{Isa, Rows};
use linear::{Outputs, PackedLinear};
use ragged::Ragged;
use weights::Matrix;

pub(crate) use bert::PackedBert;

/// How exact the products of the layers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// `f32`.
    F32,
    /// Weights and inputs in bf16, their products summed up in `f32`.
    Bf16,
    /// Weights of 8 bits, a scale a column, and inputs of 8 bits, a scale a token; sums are exact.
    Int8,
}

impl Packing {
    /// That of `precision`; none for `f16`.
    pub(crate) fn of(precision: Precision) -> Option<Self> {
        match precision {
            Precision::F32 => Some(Self::F32),
            Precision::Bf16 => Some(Self::Bf16),
            Precision::Int8 => Some(Self::Int8),
            Precision::F16 => None,
        }
    }

    /// The instructions for it.
    fn isa(self) -> Isa {
        match self {
            Self::F32 => Isa::detected(),
            Self::Bf16 | Self::Int8 => Isa::detected().with_tiles(),
        }
    }

    /// `linear` in this packing.
    fn pack(self, linear: PackedLinear) -> PackedLinear {
        match self {
            Self::F32 => linear.in_f32(),
            Self::Bf16 => linear.in_bf16(),
            Self::Int8 => linear.in_bytes(),
        }
    }
}

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

    /// Length of an embedding.
    pub(crate) fn dim(&self) -> usize {
        self.projection.num_outputs()
    }

    /// Per text the unit rows of its kept tokens, `[tokens, dim]`.
    pub(crate) fn forward(&self, texts: &[&Encoding]) -> Vec<Vec<f32>> {
        let batch = Ragged::new(texts);
        let division = self.bert.division(&batch);
        let hidden = self.bert.hidden(&batch, &division);
        self.unit_rows(&hidden, texts, &division)
    }

    /// The multiplications of the layers for so many tokens, and nothing else, and how many those were.
    pub(crate) fn multiply_only(&self, tokens: usize) -> usize {
        self.bert.multiply_only(tokens)
    }

    /// `[rows, projection.stride()]`: `linear(x)` of every row.
    fn projected(&self, hidden: &[f32], division: &Division) -> Vec<f32> {
        let (stride, width) = (self.bert.stride(), self.projection.stride());
        let mut out = vec![0.0; hidden.len() / stride * width];
        division.for_blocks(&mut out, width, |first, out, rooms| {
            let values = &hidden[first * stride..];
            let rows = Rows { values, stride, count: out.len() / width };
            let out = Outputs::F32(out);
            self.projection.apply(rows, None, division, &mut rooms.rounded, out);
        });
        out
    }

    /// `normalize(linear(x))` of the kept rows.
    fn unit_rows(&self, hidden: &[f32], texts: &[&Encoding], division: &Division) -> Vec<Vec<f32>> {
        let stride = self.bert.stride();
        let keep = texts.iter().flat_map(|text| &text.keep);
        let kept = hidden.chunks_exact(stride).zip(keep).filter(|(_, keep)| **keep);
        let kept = concatenated(hidden.len(), kept.map(|(row, _)| row));
        let projected = self.projected(&kept, division);
        let mut rows = projected.chunks_exact(self.projection.stride());
        let texts = texts.iter().map(|text| {
            let count = text.keep.iter().filter(|keep| **keep).count();
            let rows = rows.by_ref().take(count).map(|row| &row[..self.dim()]);
            let mut unit = concatenated(count * self.dim(), rows);
            let rows = unit.chunks_exact_mut(self.dim());
            rows.for_each(|row| self.bert.isa().unit(row, MIN_NORM as f32));
            unit
        });
        texts.collect()
    }
}

/// `rows` end to end, `len` values at most.
fn concatenated<'a>(len: usize, rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut all = Vec::with_capacity(len);
    rows.for_each(|row| all.extend_from_slice(row));
    all
}
