//! The feed-forward block with its residual and norm.

use half::bf16;

use super::kernels::{Bf16Rows, Rows};
use super::linear::{Outputs, PackedLinear};
use super::norm::PackedNorm;
use super::packing::Packing;
use super::partition::Partition;
use super::scratch::{Buffer, Rounded, Scratch};
use super::weights::Matrix;
use crate::checkpoint::Weights;
use crate::{Activation, BertConfig, Error};

/// `norm(x + outer(activation(inner(x))))`.
#[derive(Debug)]
pub(super) struct PackedFeedForward {
    inner: PackedLinear,
    outer: PackedLinear,
    norm: PackedNorm,
    activation: Activation,
}

impl PackedFeedForward {
    /// Takes and packs the feed-forward block of the layer `layer`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(
        config: &BertConfig,
        weights: &mut Weights,
        layer: &str,
        packing: Packing,
    ) -> Result<Self, Error> {
        let BertConfig { hidden_size: hidden, intermediate_size, .. } = *config;
        let mut linear = |name, shape| {
            let matrix = Matrix::take(weights, &format!("{layer}.{name}"), shape)?;
            Ok::<_, Error>(packing.pack(PackedLinear::new(&[matrix])))
        };
        let inner = linear("intermediate.dense", [intermediate_size, hidden])?;
        let outer = linear("output.dense", [hidden, intermediate_size])?;
        let norm = PackedNorm::take(weights, &format!("{layer}.output.LayerNorm"), config)?;
        Ok(Self { inner, outer, norm, activation: config.hidden_act })
    }

    #[cfg(any(feature = "measure", test))]
    pub(super) fn linears(&self) -> [&PackedLinear; 2] {
        [&self.inner, &self.outer]
    }

    /// Puts the outputs of rows `stride` long in their place.
    pub(super) fn forward(
        &self,
        hidden: &mut [f32],
        stride: usize,
        partition: &Partition,
        scratch: &mut Scratch,
    ) {
        let Scratch { between, outputs, rounded } = scratch;
        let rows = Rows { values: hidden, stride, count: hidden.len() / stride };
        let outputs = outputs.take(hidden.len());
        match self.outer.as_bf16() {
            Some(outer) => {
                let inner = self.inner_in_bf16(rows, partition, rounded, &mut between.bf16);
                outer.apply(inner, None, partition, Outputs::F32(outputs));
            }
            None => {
                let inner = self.inner(rows, partition, rounded, &mut between.f32);
                self.outer.apply(inner, None, partition, rounded, Outputs::F32(outputs));
            }
        }
        partition.machine.add_and_norm(hidden, outputs, stride, self.norm.as_norm());
    }

    /// `activation(inner(x))`.
    fn inner<'r>(
        &self,
        rows: Rows<'_>,
        partition: &Partition,
        rounded: &mut Rounded,
        buffer: &'r mut Buffer<f32>,
    ) -> Rows<'r> {
        let activation = Some(self.activation);
        let stride = self.inner.stride();
        let values = buffer.take(rows.count * stride);
        self.inner.apply(rows, activation, partition, rounded, Outputs::F32(values));
        Rows { values, stride, count: rows.count }
    }

    /// The same in bf16.
    fn inner_in_bf16<'r>(
        &self,
        rows: Rows<'_>,
        partition: &Partition,
        rounded: &mut Rounded,
        buffer: &'r mut Buffer<[bf16; 2]>,
    ) -> Bf16Rows<'r> {
        let activation = Some(self.activation);
        let stride = self.inner.bf16_stride();
        let values = buffer.take(rows.count * stride);
        self.inner.apply(rows, activation, partition, rounded, Outputs::Bf16(values));
        Bf16Rows { values, pairs: self.inner.num_pairs(), stride, count: rows.count }
    }
}
