//! The number format of stored weights.

use half::f16;
use safetensors::Dtype;

/// The number format of stored weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightFormat {
    /// Four bytes: the trained weights, unchanged.
    #[default]
    F32,
    /// Two bytes, rounded to the nearest: 11 bits of mantissa, up to 65,504.
    F16,
}

impl WeightFormat {
    pub(super) fn dtype(self) -> Dtype {
        match self {
            Self::F32 => Dtype::F32,
            Self::F16 => Dtype::F16,
        }
    }

    pub(super) fn bytes(self, values: &[f32]) -> Vec<u8> {
        match self {
            Self::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::F16 => {
                values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
            }
        }
    }

    /// The first of `values` that the format cannot hold.
    pub(super) fn misfit(self, values: &[f32]) -> Option<f32> {
        let largest = match self {
            Self::F32 => f32::MAX,
            Self::F16 => f16::MAX.to_f32(),
        };
        values.iter().copied().find(|value| value.is_finite() && value.abs() > largest)
    }
}
