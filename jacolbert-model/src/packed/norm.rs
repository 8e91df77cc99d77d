//! A layer norm as plain numbers.

use burn::nn::LayerNorm;

use super::kernels::Norm;
use super::weights::values;
use crate::{BertConfig, Error};

/// Scale, shift and epsilon.
#[derive(Debug)]
pub(super) struct PackedNorm {
    scale: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl PackedNorm {
    pub(super) fn new(config: &BertConfig, norm: LayerNorm) -> Result<Self, Error> {
        let scale = values(norm.gamma)?;
        let shift = norm.beta.map_or_else(|| Ok(vec![0.0; scale.len()]), values)?;
        Ok(Self { scale, shift, epsilon: config.layer_norm_eps as f32 })
    }

    /// Length of a row.
    pub(super) fn size(&self) -> usize {
        self.scale.len()
    }

    pub(super) fn as_norm(&self) -> Norm<'_> {
        Norm { scale: &self.scale, shift: &self.shift, epsilon: self.epsilon }
    }
}
