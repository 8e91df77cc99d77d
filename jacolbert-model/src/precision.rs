//! The number format of a model's products.

use burn::nn::Linear;
use burn::tensor::{DType, Device, FloatDType, Tensor};
use serde::{Deserialize, Serialize};

use crate::Error;

/// The number format in which a model multiplies matrices.
///
/// Weights of a model stay `f32` (an [`Encoder`](crate::Encoder) has what it multiplies in this format), and
/// so do sums of residuals, norms, softmax, unit rows and scores, as under PyTorch's autocast; so a model
/// that is trained keeps what an update changes in the last digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits of mantissa: what everything else is measured by.
    #[default]
    F32,
    /// 8 bits of mantissa and the range of `f32`: for encoding and training on GPUs that have it.
    Bf16,
    /// 11 bits of mantissa up to 65,504: for encoding. The gradients of a training would vanish.
    F16,
}

impl Precision {
    pub(crate) fn dtype(self) -> FloatDType {
        match self {
            Self::F32 => FloatDType::F32,
            Self::Bf16 => FloatDType::BF16,
            Self::F16 => FloatDType::F16,
        }
    }

    /// Whether `device` can compute so.
    ///
    /// # Errors
    /// [`Error::Precision`].
    pub fn check(self, device: &Device) -> Result<(), Error> {
        if device.supports_dtype(DType::from(self.dtype())) {
            return Ok(());
        }
        Err(Error::Precision { precision: self, device: format!("{device:?}") })
    }

    /// Keeps the weights of `linear` in this format, in which they are multiplied.
    pub(crate) fn keep(self, linear: &mut Linear) {
        if self == Self::F32 {
            return;
        }
        let dtype = self.dtype();
        linear.weight = linear.weight.clone().map(|weight| weight.cast(dtype));
        linear.bias = linear.bias.take().map(|bias| bias.map(|bias| bias.cast(dtype)));
    }

    /// `x W + b`, in this format.
    pub(crate) fn linear<const D: usize>(self, linear: &Linear, x: Tensor<D>) -> Tensor<D> {
        let dtype = self.dtype();
        let bias = linear.bias.as_ref().map(|bias| bias.val().cast(dtype));
        burn::tensor::module::linear(x.cast(dtype), linear.weight.val().cast(dtype), bias)
    }
}

/// The same numbers as `f32`.
pub(crate) fn exact<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.cast(FloatDType::F32)
}
