//! Matrix products of the module in a number format.

use burn::nn::Linear;
use burn::tensor::{DType, Device, FloatDType, Tensor};

use crate::{Error, Precision};

impl Precision {
    /// Burn's type of the format; none for [`Int8`](Self::Int8), in which no module multiplies.
    pub(crate) fn dtype(self) -> Option<FloatDType> {
        match self {
            Self::F32 => Some(FloatDType::F32),
            Self::Bf16 => Some(FloatDType::BF16),
            Self::F16 => Some(FloatDType::F16),
            Self::Int8 => None,
        }
    }
}

/// A number format in which a module multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format(FloatDType);

impl Format {
    pub(crate) const F32: Self = Self(FloatDType::F32);

    /// That of `precision`, if `device` can multiply in it.
    ///
    /// # Errors
    /// [`Error::Precision`].
    pub(crate) fn on(precision: Precision, device: &Device) -> Result<Self, Error> {
        let dtype = precision.dtype().filter(|&dtype| device.supports_dtype(DType::from(dtype)));
        dtype.map(Self).ok_or_else(|| crate::Device::from(device.clone()).unfit(precision))
    }

    pub(crate) fn dtype(self) -> FloatDType {
        self.0
    }

    /// Keeps the weights of `linear` in this format, in which they are multiplied.
    pub(crate) fn keep(self, linear: &mut Linear) {
        if self == Self::F32 {
            return;
        }
        linear.weight = linear.weight.clone().map(|weight| weight.cast(self.0));
        linear.bias = linear.bias.take().map(|bias| bias.map(|bias| bias.cast(self.0)));
    }

    /// `x W + b`, in this format.
    pub(crate) fn linear<const D: usize>(self, linear: &Linear, x: Tensor<D>) -> Tensor<D> {
        let bias = linear.bias.as_ref().map(|bias| bias.val().cast(self.0));
        burn::tensor::module::linear(x.cast(self.0), linear.weight.val().cast(self.0), bias)
    }
}

/// The same numbers as `f32`.
pub(crate) fn exact<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.cast(FloatDType::F32)
}
