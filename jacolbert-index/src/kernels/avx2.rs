//! The kernels on AVX2 with fused multiply-add: three rows by 32 lanes in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm_loadu_si128, _mm256_add_epi16, _mm256_add_epi32,
    _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_srl_epi16, _mm256_storeu_ps, _mm256_storeu_si256,
};

use jacolbert_core::simd::{Avx2, Scalar};

use super::kernel_set::Kernels;
use super::lanes::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term, first_rows};

const WIDTH: usize = 8;
const REGISTERS: usize = LANES / WIDTH;
/// Bytes of a register.
const BYTES: usize = 32;

impl Kernels for Avx2 {
    fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { blocked_dots(panel, rows, dots) }
    }

    fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { blocked_byte_dots(panel, rows, dots) }
    }

    fn unpack(
        self,
        bits: usize,
        packed: &[u8],
        len: usize,
        levels: &[u8; 16],
        unpacked: &mut [u8],
    ) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe {
            match bits {
                1 => unpack_rows::<1>(packed, len, levels, unpacked),
                2 => unpack_rows::<2>(packed, len, levels, unpacked),
                _ => unpack_rows::<4>(packed, len, levels, unpacked),
            }
        }
    }

    fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { decode(centroid, levels, scales, row) }
    }

    fn raise_best(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    ) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { raise_best(best, dots, offsets, terms) }
    }

    fn scale_dots(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        exact: &mut [Lanes],
    ) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
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
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { coarsen(dots, offsets, scales, steps, coarse) }
    }

    fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    ) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { coarse_best(table, codes, best) }
    }

    fn mark_reached<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    ) {
        // SAFETY: a value of this type exists only where AVX2 was detected.
        unsafe { mark_reached(table, codes, thresholds, reached) }
    }
}

#[target_feature(enable = "avx2")]
fn raise_best(best: &mut Lanes, dots: &[ByteDots], offsets: &ByteDots, terms: &[Term<'_>]) {
    Scalar.raise_best(best, dots, offsets, terms);
}

#[target_feature(enable = "avx2")]
fn scale_dots(dots: &[ByteDots], offsets: &ByteDots, scales: &[f32], exact: &mut [Lanes]) {
    Scalar.scale_dots(dots, offsets, scales, exact);
}

#[target_feature(enable = "avx2")]
fn coarsen(
    dots: &[ByteDots],
    offsets: &ByteDots,
    scales: &[f32],
    steps: &Lanes,
    coarse: &mut [CoarseLanes],
) {
    Scalar.coarsen(dots, offsets, scales, steps, coarse);
}

#[target_feature(enable = "avx2")]
fn decode(centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
    Scalar.decode(centroid, levels, scales, row);
}

#[target_feature(enable = "avx2")]
fn coarse_best<C: Copy + Into<u32>>(table: &[CoarseLanes], codes: &[C], best: &mut CoarseLanes) {
    Scalar.coarse_best(table, codes, best);
}

#[target_feature(enable = "avx2")]
fn mark_reached<C: Copy + Into<u32>>(
    table: &[CoarseLanes],
    codes: &[C],
    thresholds: &CoarseLanes,
    reached: &mut [bool],
) {
    Scalar.mark_reached(table, codes, thresholds, reached);
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
    let rows: [&[f32]; ROWS] = first_rows(rows, dim);
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

#[target_feature(enable = "avx2")]
fn blocked_byte_dots(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
    let dim = 4 * panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<3>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * 3 * dim);
    for (rows, dots) in block_rows.chunks_exact(3 * dim).zip(blocks) {
        byte_block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        byte_block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx2")]
fn byte_block<const ROWS: usize>(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots; ROWS]) {
    let ones = _mm256_set1_epi16(1);
    let groups = rows.as_chunks::<4>().0;
    let rows: [&[[u8; 4]]; ROWS] = first_rows(groups, panel.len());
    let mut sums = [[_mm256_setzero_si256(); REGISTERS]; ROWS];
    let (pairs, last) = panel.as_chunks::<2>();
    for (n, lanes) in pairs.iter().enumerate() {
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `2 * n + 1 < panel.len()`, the length of each row in groups.
            let groups = unsafe { [*row.get_unchecked(2 * n), *row.get_unchecked(2 * n + 1)] };
            let [first, second] = groups.map(i32::from_le_bytes);
            let (first, second) = (_mm256_set1_epi32(first), _mm256_set1_epi32(second));
            for (register, sum) in sums.iter_mut().enumerate() {
                // No sum is beyond 4 * 255 * LARGEST_BYTE, which 16 bits hold.
                let first = _mm256_maddubs_epi16(first, bytes_of(&lanes[0], register));
                let second = _mm256_maddubs_epi16(second, bytes_of(&lanes[1], register));
                let products = _mm256_madd_epi16(_mm256_add_epi16(first, second), ones);
                *sum = _mm256_add_epi32(*sum, products);
            }
        }
    }
    for (row, sums) in rows.iter().zip(&mut sums) {
        for (group, lanes) in row.iter().skip(2 * pairs.len()).zip(last) {
            let group = _mm256_set1_epi32(i32::from_le_bytes(*group));
            for (register, sum) in sums.iter_mut().enumerate() {
                let products = _mm256_maddubs_epi16(group, bytes_of(lanes, register));
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(products, ones));
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm256_storeu_si256(dots.as_mut_ptr().add(register * WIDTH).cast(), sum) };
        }
    }
}

/// The bytes of 8 of the 32 lanes.
#[target_feature(enable = "avx2")]
fn bytes_of(lanes: &ByteLanes, register: usize) -> __m256i {
    let bytes = &lanes.as_chunks::<BYTES>().0[register];
    // SAFETY: `bytes` is as long as the register that is loaded.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn unpack<const BITS: i32>(packed: &[u8], levels: &[u8; 16], unpacked: &mut [u8]) {
    let (registers, rest) = packed.as_chunks::<BYTES>();
    // SAFETY: `levels` is 16 bytes long, the width of the load.
    let levels_register =
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(levels.as_ptr().cast()) });
    let mask = _mm256_set1_epi8((1 << BITS) - 1);
    for (n, unpacked) in unpacked.chunks_exact_mut(packed.len()).enumerate() {
        let shift = _mm_cvtsi32_si128(n as i32 * BITS);
        let (to, to_rest) = unpacked.as_chunks_mut::<BYTES>();
        for (to, bytes) in to.iter_mut().zip(registers) {
            // SAFETY: `bytes` is as long as the register that is loaded.
            let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            let numbers = _mm256_and_si256(_mm256_srl_epi16(bytes, shift), mask);
            let found = _mm256_shuffle_epi8(levels_register, numbers);
            // SAFETY: `to` is as long as the register that is stored.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), found) };
        }
        for (to, &byte) in to_rest.iter_mut().zip(rest) {
            *to = levels[usize::from(byte >> (n as i32 * BITS)) & ((1 << BITS) - 1)];
        }
    }
}

#[target_feature(enable = "avx2")]
fn unpack_rows<const BITS: i32>(packed: &[u8], len: usize, levels: &[u8; 16], unpacked: &mut [u8]) {
    let rows = unpacked.chunks_exact_mut(len * 8 / BITS as usize);
    for (packed, unpacked) in packed.chunks_exact(len).zip(rows) {
        unpack::<BITS>(packed, levels, unpacked);
    }
}
