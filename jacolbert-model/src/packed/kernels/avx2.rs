//! The kernels on AVX2 with fused multiply-add: six rows by 16 columns in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m256i, _MM_HINT_T0, _MM_HINT_T1, _mm_loadu_si128, _mm_prefetch, _mm256_add_epi32,
    _mm256_cvtepi8_epi16, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_madd_epi16,
    _mm256_mul_ps, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256,
    _mm256_storeu_ps,
};

use super::{BytePairs, BytePart, LANES, Lanes, Norm, Part, scalar};
use crate::Activation;

/// Proof that the machine has AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

/// Values of a register.
const WIDTH: usize = 8;
const REGISTERS: usize = LANES / WIDTH;
/// Rows that are computed together.
const ROWS: usize = 6;
/// Inputs that a round of the inner loop takes, so that its own instructions count for little: where
/// two threads share a core, they slow down the products.
const STEPS: usize = 4;

impl Avx2 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    /// See [`super::Isa::product`].
    pub(super) fn part(self, part: Part<'_>) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { by_blocks(part) }
    }

    /// See [`super::Isa::byte_product`].
    pub(super) fn byte_part(self, part: BytePart<'_>) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { byte_part(part) }
    }

    /// See [`super::Isa::quantise`].
    pub(super) fn quantise(self, row: &[f32], integers: &mut [i16]) -> f32 {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { quantise(row, integers) }
    }

    /// See [`super::Isa::add_and_norm`].
    pub(super) fn add_and_norm(
        self,
        rows: &mut [f32],
        added: &[f32],
        stride: usize,
        norm: Norm<'_>,
    ) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { add_and_norm(rows, added, stride, norm) }
    }

    /// See [`super::Isa::softmax`].
    pub(super) fn softmax(self, row: &mut [f32], mask: &[f32]) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { softmax(row, mask) }
    }

    /// See [`super::Isa::unit`].
    pub(super) fn unit(self, row: &mut [f32], least: f32) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { unit(row, least) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn add_and_norm(rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>) {
    scalar::add_and_norm(rows, added, stride, norm);
}

#[target_feature(enable = "avx2,fma")]
fn quantise(row: &[f32], integers: &mut [i16]) -> f32 {
    scalar::quantise(row, integers)
}

#[target_feature(enable = "avx2,fma")]
fn softmax(row: &mut [f32], mask: &[f32]) {
    scalar::softmax(row, mask);
}

#[target_feature(enable = "avx2,fma")]
fn unit(row: &mut [f32], least: f32) {
    scalar::unit(row, least);
}

#[target_feature(enable = "avx2,fma")]
fn by_blocks(mut part: Part<'_>) {
    let count = part.rows.count;
    let mut first = 0;
    while first < count {
        let n = rows_together(count - first);
        match n {
            1 => block::<1>(&mut part, first),
            2 => block::<2>(&mut part, first),
            3 => block::<3>(&mut part, first),
            4 => block::<4>(&mut part, first),
            5 => block::<5>(&mut part, first),
            _ => block::<ROWS>(&mut part, first),
        }
        first += n;
    }
}

/// How many of `left` rows are computed next: fewer than could be where one to three would be left
/// over, since sums of so few rows wait for each other.
#[inline]
fn rows_together(left: usize) -> usize {
    if (ROWS + 1..ROWS + 4).contains(&left) { left.div_ceil(2) } else { left.min(ROWS) }
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn block<const N: usize>(part: &mut Part<'_>, first: usize) {
    let stride = part.stride;
    let mut sums = [[_mm256_setzero_ps(); REGISTERS]; N];
    for (n, row) in sums.iter_mut().enumerate() {
        let begin = (first + n) * stride;
        prefetch(part.sums, begin + N * stride);
        *row = match part.bias {
            Some(bias) => registers(bias),
            None => registers(&part.sums[begin..]),
        };
    }
    let sums = products(part, first, sums);
    for (n, row) in sums.iter().enumerate() {
        let lanes = &mut part.sums[(first + n) * stride..][..LANES];
        for (register, &sum) in row.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `lanes`.
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr().add(register * WIDTH), sum) };
        }
    }
    activate::<N>(part.activation, &mut part.sums[first * stride..], stride);
}

/// The activation of a panel's columns in `N` rows, each `stride` values after the one before.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn activate<const N: usize>(activation: Option<Activation>, rows: &mut [f32], stride: usize) {
    if activation.is_none() {
        return;
    }
    let rows = rows.chunks_mut(stride).take(N);
    for lanes in rows.filter_map(|row| row.first_chunk_mut()) {
        scalar::activate(activation, lanes);
    }
}

/// `sums` and the products of the panel's weights with the inputs of `N` rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn products<const N: usize>(
    part: &Part<'_>,
    first: usize,
    mut sums: [[__m256; REGISTERS]; N],
) -> [[__m256; REGISTERS]; N] {
    let (rows, depth) = (part.rows, part.panel.len());
    let mut inputs: [&[f32]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &rows.values[(first + n) * rows.stride..][..depth];
    }
    let (mut ahead, step) = ahead(part, first);
    let (groups, rest) = part.panel.as_chunks::<STEPS>();
    for (n, weights) in groups.iter().enumerate() {
        _mm_prefetch::<_MM_HINT_T1>(ahead.cast());
        ahead = ahead.wrapping_add(STEPS * step);
        for (i, weights) in (n * STEPS..).zip(weights) {
            // SAFETY: `i < depth`, the length of each row.
            sums = unsafe { step_of(sums, weights, &inputs, i) };
        }
    }
    for (i, weights) in (depth - rest.len()..).zip(rest) {
        // SAFETY: `i < depth`, the length of each row.
        sums = unsafe { step_of(sums, weights, &inputs, i) };
    }
    sums
}

/// `sums` and the products of `weights` with input `i` of `N` rows.
///
/// # Safety
/// Each row has more than `i` inputs.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn step_of<const N: usize>(
    mut sums: [[__m256; REGISTERS]; N],
    weights: &Lanes,
    inputs: &[&[f32]; N],
    i: usize,
) -> [[__m256; REGISTERS]; N] {
    let weights = registers(weights);
    for (row, sums) in inputs.iter().zip(&mut sums) {
        // SAFETY: the caller's.
        let input = _mm256_set1_ps(unsafe { *row.get_unchecked(i) });
        for (sum, &weights) in sums.iter_mut().zip(&weights) {
            *sum = _mm256_fmadd_ps(input, weights, *sum);
        }
    }
    sums
}

/// Where the block from row `first` on begins with asking for the next part's weights, and the values
/// between two requests, so that all blocks together ask for all of them.
#[inline]
#[target_feature(enable = "avx2")]
fn ahead(part: &Part<'_>, first: usize) -> (*const f32, usize) {
    let step = LANES.div_ceil(part.rows.count.div_ceil(ROWS));
    let begin = first / ROWS * step * part.panel.len();
    (part.ahead.as_ptr().cast::<f32>().wrapping_add(begin), step)
}

/// Asks for value `n` and its neighbours to be brought near; they will be needed soon.
#[inline]
#[target_feature(enable = "avx2")]
fn prefetch(values: &[f32], n: usize) {
    _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(n).cast());
}

/// The first 16 of `values` in registers.
#[inline]
#[target_feature(enable = "avx2")]
fn registers(values: &[f32]) -> [__m256; REGISTERS] {
    let lanes: &Lanes = values.first_chunk().expect("a panel's columns");
    let mut loaded = [_mm256_setzero_ps(); REGISTERS];
    for (register, loaded) in loaded.iter_mut().enumerate() {
        // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `lanes`.
        *loaded = unsafe { _mm256_loadu_ps(lanes.as_ptr().add(register * WIDTH)) };
    }
    loaded
}

#[target_feature(enable = "avx2,fma")]
fn byte_part(mut part: BytePart<'_>) {
    let count = part.rows.scales.len();
    let mut first = 0;
    while first < count {
        let n = rows_together(count - first);
        match n {
            1 => byte_block::<1>(&mut part, first),
            2 => byte_block::<2>(&mut part, first),
            3 => byte_block::<3>(&mut part, first),
            4 => byte_block::<4>(&mut part, first),
            5 => byte_block::<5>(&mut part, first),
            _ => byte_block::<ROWS>(&mut part, first),
        }
        first += n;
    }
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn byte_block<const N: usize>(part: &mut BytePart<'_>, first: usize) {
    let sums = byte_products::<N>(part, first);
    let (scales, bias) = (registers(part.scales), registers(part.bias));
    for (n, row) in sums.iter().enumerate() {
        let row_scale = _mm256_set1_ps(part.rows.scales[first + n]);
        let begin = (first + n) * part.stride;
        let lanes: &mut Lanes = part.out[begin..].first_chunk_mut().expect("a panel's columns");
        for (register, &sum) in row.iter().enumerate() {
            let scale = _mm256_mul_ps(row_scale, scales[register]);
            let value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, bias[register]);
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `lanes`.
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr().add(register * WIDTH), value) };
        }
    }
    activate::<N>(part.activation, &mut part.out[first * part.stride..], part.stride);
}

/// The products of the panel's weights with the integers of `N` rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn byte_products<const N: usize>(part: &BytePart<'_>, first: usize) -> [[__m256i; REGISTERS]; N] {
    let pairs = part.panel.len();
    let mut inputs: [&[[i16; 2]]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &part.rows.values[(first + n) * pairs..][..pairs];
    }
    let step = size_of::<BytePairs>().div_ceil(part.rows.scales.len().div_ceil(ROWS));
    let mut ahead = part.ahead.as_ptr().cast::<i8>().wrapping_add(first / ROWS * step * pairs);
    let mut sums = [[_mm256_setzero_si256(); REGISTERS]; N];
    for (i, weights) in part.panel.iter().enumerate() {
        let weights = [widened(&weights.as_chunks().0[0]), widened(&weights.as_chunks().0[1])];
        _mm_prefetch::<_MM_HINT_T1>(ahead);
        ahead = ahead.wrapping_add(step);
        for (row, sums) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < pairs`, the length of each row; a pair is as long as an integer of 32 bits,
            // of which the first is the lower half.
            let pair = unsafe { row.as_ptr().add(i).cast::<i32>().read_unaligned() };
            let pair = _mm256_set1_epi32(pair);
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pair, weights));
            }
        }
    }
    sums
}

/// Bytes as integers of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn widened(bytes: &[i8; 16]) -> __m256i {
    // SAFETY: `bytes` is as long as the register that is loaded.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
}
