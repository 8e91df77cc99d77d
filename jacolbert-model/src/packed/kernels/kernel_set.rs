//! The kernels of one instruction set.

use half::bf16;

use super::matrices::{ByteScale, Norm};
use super::tasks::{Bf16Task, ByteTask, Task};

/// The kernels of one instruction set. [`Machine`](super::Machine) checks arguments and chooses the set.
pub(super) trait KernelSet: Copy {
    /// Panels of a product in `f32` whose sums fit the registers beside each other.
    fn panels_together(self) -> usize;

    /// A part of [`Machine::product`](super::Machine::product).
    fn multiply(self, task: Task<'_>);

    /// A part of [`Machine::byte_product`](super::Machine::byte_product).
    fn multiply_bytes(self, task: ByteTask<'_>);

    /// A part of [`Machine::bf16_product`](super::Machine::bf16_product).
    fn multiply_bf16(self, task: Bf16Task<'_>);

    /// See [`Machine::prefetch`](super::Machine::prefetch).
    fn prefetch<T>(self, values: &[T]);

    /// See [`Machine::nearest_bf16`](super::Machine::nearest_bf16).
    fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]);

    /// See [`Machine::quantise`](super::Machine::quantise).
    fn quantise(self, row: &[f32], bytes: &mut [i8]) -> ByteScale;

    /// See [`Machine::add_and_norm`](super::Machine::add_and_norm).
    fn add_and_norm(self, rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>);

    /// See [`Machine::softmax`](super::Machine::softmax).
    fn softmax(self, row: &mut [f32], mask: &[f32]);

    /// See [`Machine::softmax_in_bf16`](super::Machine::softmax_in_bf16).
    fn softmax_in_bf16(self, row: &mut [f32], mask: &[f32], nearest: &mut [bf16]);

    /// See [`Machine::unit`](super::Machine::unit).
    fn unit(self, row: &mut [f32], least: f32);
}
