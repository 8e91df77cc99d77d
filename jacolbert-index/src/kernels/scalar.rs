//! The definition of each kernel, in plain Rust.
//!
//! Written so that a compiler with fused multiply-add in its baseline (ARM64) vectorises the inner
//! loop over lanes.

use super::{LANES, Lanes};

/// See [`super::Isa::dots`].
pub(super) fn dots(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
    if panel.is_empty() {
        return dots.fill([0.0; LANES]);
    }
    for (row, dots) in rows.chunks_exact(panel.len()).zip(dots) {
        *dots = [0.0; LANES];
        for (&component, lanes) in row.iter().zip(panel) {
            for (dot, &lane) in dots.iter_mut().zip(lanes) {
                *dot = component.mul_add(lane, *dot);
            }
        }
    }
}
