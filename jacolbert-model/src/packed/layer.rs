//! One layer of the encoder.

use super::attention::PackedAttention;
use super::feed_forward::PackedFeedForward;
use super::packing::Packing;
use super::partition::Partition;
use super::ragged::Ragged;
use super::scratch::PassScratch;
use crate::checkpoint::Weights;
use crate::{BertConfig, Error};

/// Self-attention, then the feed-forward block.
#[derive(Debug)]
pub(super) struct PackedLayer {
    attention: PackedAttention,
    feed_forward: PackedFeedForward,
}

impl PackedLayer {
    /// Takes and packs layer `n`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(
        config: &BertConfig,
        weights: &mut Weights,
        n: usize,
        packing: Packing,
    ) -> Result<Self, Error> {
        let layer = format!("bert.encoder.layer.{n}");
        Ok(Self {
            attention: PackedAttention::take(config, weights, &layer, packing)?,
            feed_forward: PackedFeedForward::take(config, weights, &layer, packing)?,
        })
    }

    /// Its linear layers, in the order in which they are applied.
    #[cfg(any(feature = "measure", test))]
    pub(super) fn linears(&self) -> impl Iterator<Item = &super::linear::PackedLinear> {
        self.attention.linears().into_iter().chain(self.feed_forward.linears())
    }

    /// Puts the layer's outputs in the place of its inputs.
    pub(super) fn forward(
        &self,
        hidden: &mut [f32],
        batch: &Ragged<'_>,
        partition: &Partition,
        scratch: &mut PassScratch,
    ) {
        let stride = self.attention.stride();
        let context = self.attention.context(hidden, batch, partition, scratch);
        partition.for_blocks(hidden, stride, |first, hidden, scratch| {
            self.attention.add_output(hidden, first, &context, partition, scratch);
            self.feed_forward.forward(hidden, stride, partition, scratch);
        });
    }
}
