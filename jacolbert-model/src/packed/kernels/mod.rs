//! The inner loops of encoding on the CPU: products with packed weights, and kernels over rows.
//!
//! [`scalar`] is the definition: an output of a product is one chain of fused multiply-adds, in the order of the
//! inputs, from its bias on; sums over a row run in 16 lanes that are added at the end. The vector files do the
//! same operations on more lanes, so that every implementation gives the same bits, whatever rows are computed
//! together. There are two exceptions: AMX, which is used for rounded numbers if it is asked for, sums bf16 in an
//! order of its own; and an x86-64 processor without fused multiply-add multiplies and adds in two steps.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod kernel_set;
mod machine;
mod matrices;
mod multiply_add;
mod products;
#[cfg(target_arch = "x86_64")]
mod row_kernels;
mod scalar;
mod tasks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unfused_tests;

pub(crate) use machine::Machine;
pub(crate) use matrices::{
    Bf16Pairs, Bf16Panels, Bf16Rows, BytePanels, ByteQuads, ByteRows, ByteScale, LANES,
    LARGEST_WEIGHT, LINE, Lanes, MOST_BYTE_INPUTS, Norm, Panels, Results, Rows, RowsMut,
    WEIGHT_OFFSET, line_stride, row_stride, side_by_side,
};
pub(crate) use scalar::nearest_byte;
