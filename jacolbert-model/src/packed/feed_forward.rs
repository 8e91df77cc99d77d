//! The feed-forward block with its residual and norm.

use super::Packing;
use super::division::Division;
use super::kernels::Rows;
use super::linear::PackedLinear;
use super::norm::PackedNorm;
use super::rooms::Rooms;
use super::weights::Matrix;
use crate::bert::FeedForward;
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
    pub(super) fn new(
        config: &BertConfig,
        block: FeedForward,
        packing: Packing,
    ) -> Result<Self, Error> {
        let FeedForward { inner, outer, norm, activation, .. } = block;
        Ok(Self {
            inner: packing.of(PackedLinear::new(&[Matrix::of(inner)?])),
            outer: packing.of(PackedLinear::new(&[Matrix::of(outer)?])),
            norm: PackedNorm::new(config, norm)?,
            activation,
        })
    }

    /// Puts the outputs of rows `stride` long in their place.
    pub(super) fn forward(
        &self,
        hidden: &mut [f32],
        stride: usize,
        division: &Division,
        rooms: &mut Rooms,
    ) {
        let Rooms { first, second, rounded } = rooms;
        let rows = Rows { values: hidden, stride, count: hidden.len() / stride };
        let inner = first.of(rows.count * self.inner.stride());
        self.inner.apply(rows, Some(self.activation), division, rounded, inner);
        let rows = Rows { values: inner, stride: self.inner.stride(), count: rows.count };
        let outer = second.of(hidden.len());
        self.outer.apply(rows, None, division, rounded, outer);
        division.isa.add_and_norm(hidden, outer, stride, self.norm.as_norm());
    }
}
