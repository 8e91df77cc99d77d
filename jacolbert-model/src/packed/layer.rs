//! One layer of the encoder.

use super::Packing;
use super::attention::PackedAttention;
use super::division::Division;
use super::feed_forward::PackedFeedForward;
use super::linear::PackedLinear;
use super::ragged::Ragged;
use super::rooms::PassRooms;
use crate::bert::BertLayer;
use crate::{BertConfig, Error};

/// Self-attention, then the feed-forward block.
#[derive(Debug)]
pub(super) struct PackedLayer {
    attention: PackedAttention,
    feed_forward: PackedFeedForward,
}

impl PackedLayer {
    pub(super) fn new(
        config: &BertConfig,
        layer: BertLayer,
        packing: Packing,
    ) -> Result<Self, Error> {
        Ok(Self {
            attention: PackedAttention::new(config, layer.attention, packing)?,
            feed_forward: PackedFeedForward::new(config, layer.feed_forward, packing)?,
        })
    }

    /// Its linear layers, in the order in which they are applied.
    pub(super) fn linears(&self) -> impl Iterator<Item = &PackedLinear> {
        self.attention.linears().into_iter().chain(self.feed_forward.linears())
    }

    /// Puts the layer's outputs in the place of its inputs.
    pub(super) fn forward(
        &self,
        hidden: &mut [f32],
        batch: &Ragged<'_>,
        division: &Division,
        rooms: &mut PassRooms,
    ) {
        let stride = self.attention.stride();
        let context = self.attention.context(hidden, batch, division, rooms);
        division.for_blocks(hidden, stride, |first, hidden, rooms| {
            self.attention.add_output(hidden, first, &context, division, rooms);
            self.feed_forward.forward(hidden, stride, division, rooms);
        });
    }
}
