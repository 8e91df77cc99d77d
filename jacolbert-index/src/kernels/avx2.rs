//! The kernels on AVX2 with fused multiply-add: three rows by 32 lanes in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
};

use super::{LANES, Lanes};

/// Proof that the machine has AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

const WIDTH: usize = 8;
const REGISTERS: usize = LANES / WIDTH;

impl Avx2 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    /// See [`super::Isa::dots`].
    pub(super) fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { blocked_dots(panel, rows, dots) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn blocked_dots(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
    let dim = panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<3>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * 3 * dim);
    for (rows, dots) in block_rows.chunks_exact(3 * dim).zip(blocks) {
        block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx2,fma")]
fn block<const ROWS: usize>(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes; ROWS]) {
    let dim = panel.len();
    let rows: [&[f32]; ROWS] = std::array::from_fn(|r| &rows[r * dim..(r + 1) * dim]);
    let mut sums = [[_mm256_setzero_ps(); REGISTERS]; ROWS];
    for (d, lanes) in panel.iter().enumerate() {
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `d < dim`, the length of each row.
            let component = _mm256_set1_ps(unsafe { *row.get_unchecked(d) });
            for (register, sum) in sums.iter_mut().enumerate() {
                // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `lanes`.
                let lanes = unsafe { _mm256_loadu_ps(lanes.as_ptr().add(register * WIDTH)) };
                *sum = _mm256_fmadd_ps(component, lanes, *sum);
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm256_storeu_ps(dots.as_mut_ptr().add(register * WIDTH), sum) };
        }
    }
}
