//! Parts of a product that an instruction set computes.

use super::matrices::{Bf16Pairs, Bf16Rows, ByteQuads, ByteRows, Lanes, Rows};
use crate::Activation;

/// One panel in bf16 for all rows.
pub(super) struct Bf16Task<'a> {
    /// `[pairs][LANES][2]`.
    pub(super) panel: &'a [Bf16Pairs],
    pub(super) bias: &'a Lanes,
    pub(super) rows: Bf16Rows<'a>,
    pub(super) activation: Option<Activation>,
    /// From the panel's first column on, `stride` values a row.
    pub(super) out: &'a mut [f32],
    pub(super) stride: usize,
    /// Weights that the next task needs.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) ahead: &'a [Bf16Pairs],
}

/// One panel of bytes for all rows.
pub(super) struct ByteTask<'a> {
    /// `[quads][LANES][4]`.
    pub(super) panel: &'a [ByteQuads],
    pub(super) scales: &'a Lanes,
    pub(super) bias: &'a Lanes,
    pub(super) rows: ByteRows<'a>,
    pub(super) activation: Option<Activation>,
    /// From the panel's first column on, `stride` values a row.
    pub(super) out: &'a mut [f32],
    pub(super) stride: usize,
    /// Weights that the next task needs.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) ahead: &'a [ByteQuads],
}

/// A part of a product: some inputs of neighbouring panels for all rows.
pub(super) struct Task<'a> {
    /// Panels of `inputs` each, from the first input of this task on.
    pub(super) lanes: &'a [Lanes],
    pub(super) inputs: usize,
    /// Inputs of this task.
    pub(super) depth: usize,
    /// Panels of this task, up to [`panels_together`](super::kernel_set::KernelSet::panels_together).
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) num_panels: usize,
    /// From the first of those inputs on.
    pub(super) rows: Rows<'a>,
    /// From the first panel's first column on, `stride` values a row.
    pub(super) sums: &'a mut [f32],
    pub(super) stride: usize,
    /// What the sums of each panel begin with; none if they go on from what is there.
    pub(super) bias: Option<&'a [Lanes]>,
    /// What becomes of them.
    pub(super) activation: Option<Activation>,
}

impl<'a> Task<'a> {
    /// `[depth][LANES]`.
    pub(super) fn panel(&self, n: usize) -> &'a [Lanes] {
        &self.lanes[n * self.inputs..][..self.depth]
    }

    /// Where the weights are that the next task needs in place of panel `n`, if there are any.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) fn ahead(&self, n: usize) -> *const Lanes {
        self.lanes.as_ptr().wrapping_add((self.num_panels + n) * self.inputs)
    }
}
