//! The kernels on AVX-512: eight rows by 32 lanes in sixteen registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

use super::{LANES, Lanes};

/// Proof that the machine has AVX-512F.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512(());

const WIDTH: usize = 16;
const REGISTERS: usize = LANES / WIDTH;
const ROWS_PER_BLOCK: usize = 8;

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        is_x86_feature_detected!("avx512f").then_some(Self(()))
    }

    /// See [`super::Isa::dots`].
    pub(super) fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        // SAFETY: a value of this type exists only where AVX-512F was detected.
        unsafe { blocked_dots(panel, rows, dots) }
    }
}

#[target_feature(enable = "avx512f")]
fn blocked_dots(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
    let dim = panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<ROWS_PER_BLOCK>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * ROWS_PER_BLOCK * dim);
    for (rows, dots) in block_rows.chunks_exact(ROWS_PER_BLOCK * dim).zip(blocks) {
        block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx512f")]
fn block<const ROWS: usize>(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes; ROWS]) {
    let dim = panel.len();
    let rows: [&[f32]; ROWS] = std::array::from_fn(|r| &rows[r * dim..(r + 1) * dim]);
    let mut sums = [[_mm512_setzero_ps(); REGISTERS]; ROWS];
    for (d, lanes) in panel.iter().enumerate() {
        let lanes: [_; REGISTERS] = std::array::from_fn(|register| {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `lanes`.
            unsafe { _mm512_loadu_ps(lanes.as_ptr().add(register * WIDTH)) }
        });
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `d < dim`, the length of each row.
            let component = _mm512_set1_ps(unsafe { *row.get_unchecked(d) });
            for (sum, lanes) in sums.iter_mut().zip(lanes) {
                *sum = _mm512_fmadd_ps(component, lanes, *sum);
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm512_storeu_ps(dots.as_mut_ptr().add(register * WIDTH), sum) };
        }
    }
}
