//! Memory for intermediate results, which a thread uses again.

use bytemuck::Pod;
use half::bf16;

use super::kernels::{Bf16Pairs, ByteScale, Lanes};

/// Buffers of a thread, kept from one piece of work to the next so that memory is not allocated and cleared for
/// each. Their contents are undefined.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) between: Between,
    pub(super) outputs: Buffer<f32>,
    pub(super) rounded: Rounded,
}

/// Rows rounded for a product.
#[derive(Debug, Default)]
pub(super) struct Rounded {
    pub(super) bf16: Buffer<[bf16; 2]>,
    pub(super) bytes: Buffer<[i8; 4]>,
    pub(super) scales: Buffer<ByteScale>,
}

/// Rows between two steps, in one format or the other.
#[derive(Debug, Default)]
pub(super) struct Between {
    pub(super) f32: Buffer<f32>,
    pub(super) bf16: Buffer<[bf16; 2]>,
}

/// Buffers of a head of attention.
#[derive(Debug, Default)]
pub(super) struct HeadScratch {
    pub(super) keys: Buffer<Lanes>,
    pub(super) values: Buffer<Lanes>,
    pub(super) scores: Buffer<f32>,
    pub(super) bf16: Bf16HeadScratch,
}

/// Buffers of a head of attention in bf16.
#[derive(Debug, Default)]
pub(super) struct Bf16HeadScratch {
    pub(super) keys: Buffer<Bf16Pairs>,
    pub(super) values: Buffer<Bf16Pairs>,
    pub(super) weights: Buffer<[bf16; 2]>,
}

/// Buffers for all rows of a pass, which its layers use one after the other.
#[derive(Debug, Default)]
pub(super) struct PassScratch {
    pub(super) queries_keys_values: Between,
    pub(super) context: Between,
}

/// A buffer that grows to the largest length it is used with.
#[derive(Debug)]
pub(super) struct Buffer<T>(Vec<T>);

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Pod + Default> Buffer<T> {
    /// `len` values with undefined contents.
    pub(super) fn take(&mut self, len: usize) -> &mut [T] {
        if self.0.len() < len {
            self.0.resize(len, T::default());
        }
        #[cfg(test)]
        spoil(&mut self.0);
        &mut self.0[..len]
    }
}

/// Overwrites `values` with NaN and -1, so that a test fails if it depends on old contents.
#[cfg(test)]
fn spoil<T: Pod>(values: &mut [T]) {
    bytemuck::cast_slice_mut::<T, u8>(values).fill(0xFF);
}
