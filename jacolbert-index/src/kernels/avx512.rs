//! The kernels on AVX-512: eight rows by 32 lanes in sixteen registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use jacolbert_core::simd::{Avx512, Scalar};

use super::kernel_set::Kernels;
use super::lanes::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term, first_rows};

const WIDTH: usize = 16;
const REGISTERS: usize = LANES / WIDTH;
const ROWS_PER_BLOCK: usize = 8;

impl Kernels for Avx512 {
    fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        // SAFETY: a value of this type exists only where AVX-512F was detected.
        unsafe { blocked_dots(panel, rows, dots) }
    }

    fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
        if self.has_vnni() {
            // SAFETY: a value of this type exists only where AVX-512F was detected, and VNNI was too.
            unsafe { blocked_byte_dots(panel, rows, dots) }
        } else {
            self.avx2().byte_dots(panel, rows, dots);
        }
    }

    // The rows are too short for wider registers to pay.
    fn unpack(
        self,
        bits: usize,
        packed: &[u8],
        len: usize,
        levels: &[u8; 16],
        unpacked: &mut [u8],
    ) {
        self.avx2().unpack(bits, packed, len, levels, unpacked);
    }

    fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
        self.avx2().decode(centroid, levels, scales, row);
    }

    fn raise_best(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { raise_best(best, dots, offsets, terms) }
    }

    fn scale_dots(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        exact: &mut [Lanes],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { scale_dots(dots, offsets, scales, exact) }
    }

    fn coarsen(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        steps: &Lanes,
        coarse: &mut [CoarseLanes],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { coarsen(dots, offsets, scales, steps, coarse) }
    }

    // A row fills one register of AVX2.
    fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    ) {
        self.avx2().coarse_best(table, codes, best);
    }

    // A row fills one register of AVX2.
    fn mark_reached<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    ) {
        self.avx2().mark_reached(table, codes, thresholds, reached);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn raise_best(best: &mut Lanes, dots: &[ByteDots], offsets: &ByteDots, terms: &[Term<'_>]) {
    Scalar.raise_best(best, dots, offsets, terms);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn scale_dots(dots: &[ByteDots], offsets: &ByteDots, scales: &[f32], exact: &mut [Lanes]) {
    Scalar.scale_dots(dots, offsets, scales, exact);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn coarsen(
    dots: &[ByteDots],
    offsets: &ByteDots,
    scales: &[f32],
    steps: &Lanes,
    coarse: &mut [CoarseLanes],
) {
    Scalar.coarsen(dots, offsets, scales, steps, coarse);
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn blocked_byte_dots(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
    let dim = 4 * panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<ROWS_PER_BLOCK>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * ROWS_PER_BLOCK * dim);
    for (rows, dots) in block_rows.chunks_exact(ROWS_PER_BLOCK * dim).zip(blocks) {
        byte_block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        byte_block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn byte_block<const ROWS: usize>(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots; ROWS]) {
    let groups = rows.as_chunks::<4>().0;
    let rows: [&[[u8; 4]]; ROWS] = first_rows(groups, panel.len());
    let mut sums = [[_mm512_setzero_si512(); REGISTERS]; ROWS];
    for (g, lanes) in panel.iter().enumerate() {
        // SAFETY: `lanes` is as long as two registers.
        let lanes = unsafe {
            [
                _mm512_loadu_si512(lanes.as_ptr().cast()),
                _mm512_loadu_si512(lanes.as_ptr().add(4 * WIDTH).cast()),
            ]
        };
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `g < panel.len()`, the length of each row in groups.
            let group = i32::from_le_bytes(unsafe { *row.get_unchecked(g) });
            let components = _mm512_set1_epi32(group);
            for (sum, lanes) in sums.iter_mut().zip(lanes) {
                *sum = _mm512_dpbusd_epi32(*sum, components, lanes);
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm512_storeu_si512(dots.as_mut_ptr().add(register * WIDTH).cast(), sum) };
        }
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
    let rows: [&[f32]; ROWS] = first_rows(rows, dim);
    let mut sums = [[_mm512_setzero_ps(); REGISTERS]; ROWS];
    for (d, lanes) in panel.iter().enumerate() {
        // SAFETY: `lanes` is as long as two registers.
        let lanes = unsafe {
            [_mm512_loadu_ps(lanes.as_ptr()), _mm512_loadu_ps(lanes.as_ptr().add(WIDTH))]
        };
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
