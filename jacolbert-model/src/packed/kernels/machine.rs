//! The instructions that the kernels run on.

use half::bf16;
use jacolbert_core::simd::Isa;

#[cfg(target_arch = "x86_64")]
use super::amx::Amx;
use super::kernel_set::KernelSet;
#[cfg(target_arch = "x86_64")]
use super::matrices::LINE;
use super::matrices::{ByteScale, Norm};

/// The instructions that the kernels run on; a value is the proof that the processor has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(super) isa: Isa,
    /// Whether the processor multiplies and adds in one instruction.
    pub(super) is_fused: bool,
    /// For products of rounded numbers, if it was asked for.
    #[cfg(target_arch = "x86_64")]
    amx: Option<Amx>,
}

/// Calls a kernel of the instruction set that a [`Machine`] has.
macro_rules! dispatch_kernel {
    ($machine:expr, $kernel:ident($($argument:expr),*)) => {
        if $machine.is_fused {
            jacolbert_core::dispatch!($machine.isa, $kernel($($argument),*))
        } else {
            $crate::packed::kernels::scalar::Unfused.$kernel($($argument),*)
        }
    };
}

pub(super) use dispatch_kernel;

impl Machine {
    /// The widest instructions that the processor has, without AMX.
    ///
    /// The baseline of x86-64 has no fused multiply-add, which would be a call of a library for every product there;
    /// other architectures are taken to have it.
    pub(crate) fn detected() -> Self {
        let isa = Isa::detected();
        let is_fused = cfg!(not(target_arch = "x86_64")) || isa != Isa::Scalar;
        Self { is_fused, ..Self::of(isa) }
    }

    /// `isa` with fused multiply-adds and without AMX.
    pub(super) fn of(isa: Isa) -> Self {
        Self {
            isa,
            is_fused: true,
            #[cfg(target_arch = "x86_64")]
            amx: None,
        }
    }

    /// Plain Rust that multiplies and adds in two steps.
    #[cfg(test)]
    pub(crate) fn unfused() -> Self {
        Self { is_fused: false, ..Self::of(Isa::Scalar) }
    }

    /// The same with AMX for products in bf16 and in bytes, where the processor has it and the system
    /// grants it.
    pub(crate) fn with_amx(self) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Isa::Avx512(_) = self.isa {
            return Self { amx: Amx::new(), ..self };
        }
        self
    }

    /// AMX for products of so many groups of inputs.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn amx(self, groups: usize) -> Option<Amx> {
        self.amx.filter(|_| groups > 0 && groups.is_multiple_of(LINE))
    }

    /// Whether the processor has instructions that multiply in bf16.
    pub(crate) fn has_bf16(self) -> bool {
        match self.isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(avx512) => avx512.has_bf16() || self.has_amx(),
            _ => false,
        }
    }

    /// Whether it uses AMX.
    pub(crate) fn has_amx(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        let has_amx = self.amx.is_some();
        #[cfg(not(target_arch = "x86_64"))]
        let has_amx = false;
        has_amx
    }

    /// Asks for `values` to be brought into the cache; they will be needed soon.
    pub(crate) fn prefetch<T>(self, values: &[T]) {
        dispatch_kernel!(self, prefetch(values));
    }

    /// The nearest numbers in bf16 to those of `row`.
    pub(crate) fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]) {
        assert!(row.len() <= nearest.len(), "a number a value");
        dispatch_kernel!(self, nearest_bf16(row, nearest));
    }

    /// The nearest integers to `row / unit`, with the unit by which the largest is [`LARGEST_INPUT`](matrices::LARGEST_INPUT).
    pub(crate) fn quantise(self, row: &[f32], bytes: &mut [i8]) -> ByteScale {
        assert!(row.len() <= bytes.len(), "a byte a value");
        dispatch_kernel!(self, quantise(row, bytes))
    }

    /// `rows[r] = (x - mean) / √(variance + epsilon) * scale + shift` of `x = rows[r] + added[r]`,
    /// each row `stride` long, of which the first `scale.len()` values count.
    pub(crate) fn add_and_norm(
        self,
        rows: &mut [f32],
        added: &[f32],
        stride: usize,
        norm: Norm<'_>,
    ) {
        assert_eq!(rows.len(), added.len(), "as many rows");
        assert_eq!(norm.scale.len(), norm.shift.len(), "as many values");
        dispatch_kernel!(self, add_and_norm(rows, added, stride, norm));
    }

    /// `row = exp(x - max x) / Σ exp(x - max x)` of `x = row + mask`.
    pub(crate) fn softmax(self, row: &mut [f32], mask: &[f32]) {
        assert_eq!(row.len(), mask.len(), "one summand a value");
        dispatch_kernel!(self, softmax(row, mask));
    }

    /// The nearest numbers in bf16 to those that [`softmax`](Self::softmax) gives; what is in `row` then counts for
    /// nothing.
    pub(crate) fn softmax_in_bf16(self, row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) {
        assert_eq!(row.len(), mask.len(), "one summand a value");
        assert!(row.len() <= nearest.len(), "a number a value");
        dispatch_kernel!(self, softmax_in_bf16(row, mask, nearest));
    }

    /// `row / max(‖row‖, least)`.
    pub(crate) fn unit(self, row: &mut [f32], least: f32) {
        dispatch_kernel!(self, unit(row, least));
    }
}
