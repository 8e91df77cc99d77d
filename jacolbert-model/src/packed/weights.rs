//! Plain numbers out of Burn's parameters.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{DType, Tensor};

use crate::Error;

/// The weights of a linear layer.
pub(super) struct Matrix {
    /// `[inputs, outputs]`.
    pub(super) weights: Vec<f32>,
    /// `[outputs]`.
    pub(super) bias: Vec<f32>,
}

impl Matrix {
    /// Those of `linear`; a bias that it does not have is zeros.
    pub(super) fn of(linear: Linear) -> Result<Self, Error> {
        let [_, outputs] = linear.weight.lazy_shape().dims();
        let bias = linear.bias.map_or_else(|| Ok(vec![0.0; outputs]), values)?;
        Ok(Self { weights: values(linear.weight)?, bias })
    }

    /// The same for outputs of `1 / divisor` their size.
    pub(super) fn divided(mut self, divisor: f32) -> Self {
        self.weights.iter_mut().chain(&mut self.bias).for_each(|value| *value /= divisor);
        self
    }
}

/// The values of a parameter, row by row.
pub(super) fn values<const D: usize>(parameter: Param<Tensor<D>>) -> Result<Vec<f32>, Error> {
    let data = parameter.into_value().try_into_data_dtype(DType::F32);
    let data = data.map_err(|e| Error::Device(e.into()))?;
    data.try_into_vec().map_err(|e| Error::Device(e.into()))
}
