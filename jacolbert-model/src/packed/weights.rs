//! The weights of a linear layer, on their way from a checkpoint into panels.

use crate::Error;
use crate::checkpoint::Weights;

/// The weights of a linear layer.
pub(super) struct Matrix {
    /// `[outputs, inputs]`, as a checkpoint stores them.
    pub(super) weights: Vec<f32>,
    /// `[outputs]`.
    pub(super) bias: Vec<f32>,
    pub(super) inputs: usize,
}

impl Matrix {
    /// Takes the matrix and the bias of the layer `name`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(
        weights: &mut Weights,
        name: &str,
        [outputs, inputs]: [usize; 2],
    ) -> Result<Self, Error> {
        Ok(Self {
            weights: weights.take(&format!("{name}.weight"), &[outputs, inputs])?,
            bias: weights.take(&format!("{name}.bias"), &[outputs])?,
            inputs,
        })
    }

    /// Takes the matrix of the layer `name`, which has no bias.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take_unbiased(
        weights: &mut Weights,
        name: &str,
        [outputs, inputs]: [usize; 2],
    ) -> Result<Self, Error> {
        let values = weights.take(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Self { weights: values, bias: vec![0.0; outputs], inputs })
    }

    /// The same for outputs of `1 / divisor` their size.
    pub(super) fn divided(mut self, divisor: f32) -> Self {
        self.weights.iter_mut().chain(&mut self.bias).for_each(|value| *value /= divisor);
        self
    }
}
