//! The kernels on AVX-512: twelve rows by 16 columns in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm256_loadu_si256, _mm512_add_epi32,
    _mm512_cvtepi8_epi16, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_madd_epi16, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use super::{BytePairs, BytePart, LANES, Lanes, Norm, Part, scalar};

/// Proof that the machine has AVX-512 with its instructions for bytes and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512(());

/// Rows that are computed together.
const ROWS: usize = 12;

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"))
            .then_some(Self(()))
    }

    /// See [`super::Isa::product`].
    pub(super) fn part(self, part: Part<'_>) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { by_blocks(part) }
    }

    /// See [`super::Isa::byte_product`].
    pub(super) fn byte_part(self, part: BytePart<'_>) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { byte_part(part) }
    }

    /// See [`super::Isa::quantise`].
    pub(super) fn quantise(self, row: &[f32], integers: &mut [i16]) -> f32 {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
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
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { add_and_norm(rows, added, stride, norm) }
    }

    /// See [`super::Isa::softmax`].
    pub(super) fn softmax(self, row: &mut [f32], mask: &[f32]) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { softmax(row, mask) }
    }

    /// See [`super::Isa::unit`].
    pub(super) fn unit(self, row: &mut [f32], least: f32) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { unit(row, least) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn add_and_norm(rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>) {
    scalar::add_and_norm(rows, added, stride, norm);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn quantise(row: &[f32], integers: &mut [i16]) -> f32 {
    scalar::quantise(row, integers)
}

#[target_feature(enable = "avx512f,avx512bw")]
fn softmax(row: &mut [f32], mask: &[f32]) {
    scalar::softmax(row, mask);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn unit(row: &mut [f32], least: f32) {
    scalar::unit(row, least);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn by_blocks(mut part: Part<'_>) {
    let count = part.rows.count;
    let mut first = 0;
    while first < count {
        first += match count - first {
            1 => block::<1>(&mut part, first),
            2..4 => block::<2>(&mut part, first),
            4..8 => block::<4>(&mut part, first),
            8..ROWS => block::<8>(&mut part, first),
            _ => block::<ROWS>(&mut part, first),
        };
    }
}

/// The rows from `first` on, `N` of them, and `N`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn block<const N: usize>(part: &mut Part<'_>, first: usize) -> usize {
    let stride = part.stride;
    let mut sums = [_mm512_setzero_ps(); N];
    for (n, sum) in sums.iter_mut().enumerate() {
        let begin = (first + n) * stride;
        prefetch(part.sums, begin + N * stride);
        *sum = match part.bias {
            Some(bias) => register(bias),
            None => register(&part.sums[begin..]),
        };
    }
    let sums = products(part, first, sums);
    for (n, &sum) in sums.iter().enumerate() {
        let lanes = &mut part.sums[(first + n) * stride..][..LANES];
        // SAFETY: `lanes` is as long as the register that is stored.
        unsafe { _mm512_storeu_ps(lanes.as_mut_ptr(), sum) };
    }
    if let Some(activation) = part.activation {
        let rows = part.sums[first * stride..].chunks_mut(stride).take(N);
        for lanes in rows.filter_map(|row| row.first_chunk_mut()) {
            scalar::activate(Some(activation), lanes);
        }
    }
    N
}

/// `sums` and the products of the panel's weights with the inputs of `N` rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn products<const N: usize>(part: &Part<'_>, first: usize, mut sums: [__m512; N]) -> [__m512; N] {
    let (rows, depth) = (part.rows, part.panel.len());
    let mut inputs: [&[f32]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &rows.values[(first + n) * rows.stride..][..depth];
    }
    let step = LANES.div_ceil(rows.count.div_ceil(ROWS));
    let mut ahead = part.ahead.as_ptr().cast::<f32>().wrapping_add(first / ROWS * step * depth);
    for (i, weights) in part.panel.iter().enumerate() {
        let weights = register(weights);
        _mm_prefetch::<_MM_HINT_T1>(ahead.cast());
        ahead = ahead.wrapping_add(step);
        for (row, sum) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < depth`, the length of each row.
            let input = _mm512_set1_ps(unsafe { *row.get_unchecked(i) });
            *sum = _mm512_fmadd_ps(input, weights, *sum);
        }
    }
    sums
}

/// Asks for value `n` and its neighbours to be brought near; they will be needed soon.
#[inline]
#[target_feature(enable = "avx512f")]
fn prefetch(values: &[f32], n: usize) {
    _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(n).cast());
}

/// The first 16 of `values` in a register.
#[inline]
#[target_feature(enable = "avx512f")]
fn register(values: &[f32]) -> __m512 {
    let lanes: &Lanes = values.first_chunk().expect("a panel's columns");
    // SAFETY: `lanes` is as long as the register that is loaded.
    unsafe { _mm512_loadu_ps(lanes.as_ptr()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn byte_part(mut part: BytePart<'_>) {
    let count = part.rows.scales.len();
    let mut first = 0;
    while first < count {
        first += match count - first {
            1 => byte_block::<1>(&mut part, first),
            2..4 => byte_block::<2>(&mut part, first),
            4..8 => byte_block::<4>(&mut part, first),
            8..ROWS => byte_block::<8>(&mut part, first),
            _ => byte_block::<ROWS>(&mut part, first),
        };
    }
}

/// The rows from `first` on, `N` of them, and `N`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_block<const N: usize>(part: &mut BytePart<'_>, first: usize) -> usize {
    for (n, &sum) in byte_products::<N>(part, first).iter().enumerate() {
        let mut sums = [0; LANES];
        // SAFETY: `sums` is as long as the register that is stored.
        unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), sum) };
        let scale = part.rows.scales[first + n];
        let lanes = scalar::scaled(&sums, scale, part.scales, part.bias, part.activation);
        part.out[(first + n) * part.stride..][..LANES].copy_from_slice(&lanes);
    }
    N
}

/// The products of the panel's weights with the integers of `N` rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_products<const N: usize>(part: &BytePart<'_>, first: usize) -> [__m512i; N] {
    let pairs = part.panel.len();
    let mut inputs: [&[[i16; 2]]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &part.rows.values[(first + n) * pairs..][..pairs];
    }
    let step = size_of::<BytePairs>().div_ceil(part.rows.scales.len().div_ceil(ROWS));
    let mut ahead = part.ahead.as_ptr().cast::<i8>().wrapping_add(first / ROWS * step * pairs);
    let mut sums = [_mm512_setzero_si512(); N];
    for (i, weights) in part.panel.iter().enumerate() {
        // SAFETY: `weights` is as long as the register that is loaded.
        let weights = _mm512_cvtepi8_epi16(unsafe { _mm256_loadu_si256(weights.as_ptr().cast()) });
        _mm_prefetch::<_MM_HINT_T1>(ahead);
        ahead = ahead.wrapping_add(step);
        for (row, sum) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < pairs`, the length of each row.
            let [low, high] = unsafe { *row.get_unchecked(i) };
            let pair = _mm512_set1_epi32(i32::from(high) << 16 | i32::from(low as u16));
            *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(pair, weights));
        }
    }
    sums
}
