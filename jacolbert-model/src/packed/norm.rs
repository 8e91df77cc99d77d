//! A layer norm as plain numbers.

use super::kernels::Norm;
use crate::checkpoint::Weights;
use crate::{BertConfig, Error};

/// Scale, shift and epsilon.
#[derive(Debug)]
pub(super) struct PackedNorm {
    scale: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl PackedNorm {
    /// Takes the norm `name` of a model of the shape `config`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(
        weights: &mut Weights,
        name: &str,
        config: &BertConfig,
    ) -> Result<Self, Error> {
        let size = config.hidden_size;
        Ok(Self {
            scale: weights.take(&format!("{name}.weight"), &[size])?,
            shift: weights.take(&format!("{name}.bias"), &[size])?,
            epsilon: config.layer_norm_eps as f32,
        })
    }

    pub(super) fn as_norm(&self) -> Norm<'_> {
        Norm { scale: &self.scale, shift: &self.shift, epsilon: self.epsilon }
    }
}
