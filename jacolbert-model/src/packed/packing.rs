//! The number format in which packed layers multiply.

use super::kernels::Machine;
use super::linear::PackedLinear;
use crate::Precision;

/// How exact the products of the layers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// `f32`.
    F32,
    /// Weights and inputs in bf16, their products summed up in `f32`.
    Bf16,
    /// Weights of 8 bits, a scale a column, and inputs of 8 bits, a scale a token; sums are exact.
    Int8,
}

impl Packing {
    /// That of `precision`; none for `f16`.
    pub(crate) fn of(precision: Precision) -> Option<Self> {
        match precision {
            Precision::F32 => Some(Self::F32),
            Precision::Bf16 => Some(Self::Bf16),
            Precision::Int8 => Some(Self::Int8),
            Precision::F16 => None,
        }
    }

    /// The instructions for it.
    pub(super) fn machine(self) -> Machine {
        match self {
            Self::F32 => Machine::detected(),
            Self::Bf16 | Self::Int8 => Machine::detected().with_amx(),
        }
    }

    /// `linear` in this packing.
    pub(super) fn pack(self, linear: PackedLinear) -> PackedLinear {
        match self {
            Self::F32 => linear.in_f32(),
            Self::Bf16 => linear.in_bf16(),
            Self::Int8 => linear.in_bytes(),
        }
    }
}
