//! The kernels on AVX2 with fused multiply-add: six rows by 16 columns in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m256i, _MM_HINT_T0, _MM_HINT_T1, _mm_loadu_si128, _mm_prefetch, _mm256_add_epi32,
    _mm256_cvtepi8_epi16, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_madd_epi16, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_storeu_ps, _mm256_storeu_si256,
};

use super::{BytePairs, BytePart, LANES, Lanes, Norm, Part, scalar};

/// Proof that the machine has AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

/// Values of a register.
const WIDTH: usize = 8;
const REGISTERS: usize = LANES / WIDTH;
/// Rows that are computed together.
const ROWS: usize = 6;

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
    while first + ROWS <= count {
        block::<ROWS>(&mut part, first);
        first += ROWS;
    }
    match count - first {
        1 => block::<1>(&mut part, first),
        2 => block::<2>(&mut part, first),
        3 => block::<3>(&mut part, first),
        4 => block::<4>(&mut part, first),
        5 => block::<5>(&mut part, first),
        _ => {}
    }
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
    if let Some(activation) = part.activation {
        let rows = part.sums[first * stride..].chunks_mut(stride).take(N);
        for lanes in rows.filter_map(|row| row.first_chunk_mut()) {
            scalar::activate(Some(activation), lanes);
        }
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
    for (i, weights) in part.panel.iter().enumerate() {
        let weights = registers(weights);
        _mm_prefetch::<_MM_HINT_T1>(ahead.cast());
        ahead = ahead.wrapping_add(step);
        for (row, sums) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < depth`, the length of each row.
            let input = _mm256_set1_ps(unsafe { *row.get_unchecked(i) });
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = _mm256_fmadd_ps(input, weights, *sum);
            }
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
    while first + ROWS <= count {
        byte_block::<ROWS>(&mut part, first);
        first += ROWS;
    }
    match count - first {
        1 => byte_block::<1>(&mut part, first),
        2 => byte_block::<2>(&mut part, first),
        3 => byte_block::<3>(&mut part, first),
        4 => byte_block::<4>(&mut part, first),
        5 => byte_block::<5>(&mut part, first),
        _ => {}
    }
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn byte_block<const N: usize>(part: &mut BytePart<'_>, first: usize) {
    let sums = byte_products::<N>(part, first);
    for (n, row) in sums.iter().enumerate() {
        let mut sums = [0; LANES];
        for (register, &sum) in row.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `sums`.
            unsafe { _mm256_storeu_si256(sums.as_mut_ptr().add(register * WIDTH).cast(), sum) };
        }
        let scale = part.rows.scales[first + n];
        let lanes = scalar::scaled(&sums, scale, part.scales, part.bias, part.activation);
        part.out[(first + n) * part.stride..][..LANES].copy_from_slice(&lanes);
    }
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
            // SAFETY: `i < pairs`, the length of each row.
            let [low, high] = unsafe { *row.get_unchecked(i) };
            let pair = i32::from(high) << 16 | i32::from(low as u16);
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
