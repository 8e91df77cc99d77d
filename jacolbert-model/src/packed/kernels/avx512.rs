//! The kernels on AVX-512: twelve rows by 16 columns in twelve registers.
#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm256_loadu_si256, _mm512_add_epi32,
    _mm512_cvtepi8_epi16, _mm512_cvtepi32_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512,
    _mm512_madd_epi16, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_storeu_ps,
};

use half::bf16;

use super::avx2::Avx2;
use super::{Bf16Pairs, Bf16Part, BytePairs, BytePart, LANES, Lanes, Norm, Part, scalar};
use crate::Activation;

/// Proof that the machine has AVX-512 with its instructions for bytes and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512 {
    avx2: Avx2,
    /// Whether it multiplies and adds pairs of integers in one instruction.
    has_vnni: bool,
    /// Whether it multiplies and adds pairs in bf16.
    has_bf16: bool,
}

/// Rows that are computed together.
const ROWS: usize = 12;

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        let avx2 = Avx2::new()?;
        let is_there = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        is_there.then(|| Self {
            avx2,
            has_vnni: is_x86_feature_detected!("avx512vnni"),
            has_bf16: is_x86_feature_detected!("avx512bf16"),
        })
    }

    /// The same without what came after AVX-512 F and BW.
    #[cfg(test)]
    pub(super) fn first_generation(self) -> Self {
        Self { has_vnni: false, has_bf16: false, ..self }
    }

    /// See [`super::Isa::product`].
    pub(super) fn part(self, mut part: Part<'_>) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { by_blocks(&mut part) }
    }

    /// See [`super::Isa::byte_product`].
    pub(super) fn byte_part(self, mut part: BytePart<'_>) {
        if self.has_vnni {
            // SAFETY: VNNI was detected, and F and BW where a value of this type exists.
            unsafe { byte_part_vnni(&mut part) }
        } else {
            // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
            unsafe { byte_part(&mut part) }
        }
    }

    /// See [`super::Isa::bf16_product`].
    pub(super) fn bf16_part(self, mut part: Bf16Part<'_>) {
        if self.has_bf16 {
            // SAFETY: BF16 was detected, and F and BW where a value of this type exists.
            unsafe { bf16_part(&mut part) }
        } else {
            self.avx2.bf16_part(part);
        }
    }

    /// See [`super::Isa::nearest_bf16`].
    pub(super) fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { nearest_bf16(row, nearest) }
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
fn nearest_bf16(row: &[f32], nearest: &mut [bf16]) {
    scalar::nearest_bf16(row, nearest);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn softmax(row: &mut [f32], mask: &[f32]) {
    scalar::softmax(row, mask);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn unit(row: &mut [f32], least: f32) {
    scalar::unit(row, least);
}

/// Calls `block` with the rows of `part`, up to [`ROWS`] at a time.
macro_rules! by_blocks {
    ($block:ident($part:ident), $count:expr) => {
        let count = $count;
        let mut first = 0;
        while first < count {
            let n = rows_together(count - first);
            match n {
                1 => $block::<1>($part, first),
                2 => $block::<2>($part, first),
                3 => $block::<3>($part, first),
                4 => $block::<4>($part, first),
                5 => $block::<5>($part, first),
                6 => $block::<6>($part, first),
                7 => $block::<7>($part, first),
                8 => $block::<8>($part, first),
                9 => $block::<9>($part, first),
                10 => $block::<10>($part, first),
                11 => $block::<11>($part, first),
                _ => $block::<ROWS>($part, first),
            }
            first += n;
        }
    };
}

/// How many of `left` rows are computed next: fewer than could be where some would be left over, since
/// sums of few rows wait for each other.
#[inline]
fn rows_together(left: usize) -> usize {
    if (ROWS + 1..2 * ROWS).contains(&left) { left.div_ceil(2) } else { left.min(ROWS) }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn by_blocks(part: &mut Part<'_>) {
    by_blocks!(block(part), part.rows.count);
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn block<const N: usize>(part: &mut Part<'_>, first: usize) {
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
        store(sum, &mut part.sums[(first + n) * stride..]);
    }
    activate::<N>(part.activation, &mut part.sums[first * stride..], stride);
}

/// The activation of a panel's columns in `N` rows, each `stride` values after the one before.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
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

/// A register to the first 16 of `values`.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(register: __m512, values: &mut [f32]) {
    let lanes: &mut Lanes = values.first_chunk_mut().expect("a panel's columns");
    // SAFETY: `lanes` is as long as the register that is stored.
    unsafe { _mm512_storeu_ps(lanes.as_mut_ptr(), register) };
}

/// The first 16 of `values` in a register.
#[inline]
#[target_feature(enable = "avx512f")]
fn register(values: &[f32]) -> __m512 {
    let lanes: &Lanes = values.first_chunk().expect("a panel's columns");
    // SAFETY: `lanes` is as long as the register that is loaded.
    unsafe { _mm512_loadu_ps(lanes.as_ptr()) }
}

/// Sums of the products of a panel's pairs of weights with the pairs of inputs of `N` rows.
macro_rules! pair_products {
    ($name:ident, $part:ident, $features:literal, $sum:ident, $weights:expr, $dot:expr) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn $name<const N: usize>(part: &$part<'_>, first: usize, mut sums: [$sum; N]) -> [$sum; N] {
            let pairs = part.panel.len();
            let mut rows = [&part.rows.values[..0]; N];
            for (n, row) in rows.iter_mut().enumerate() {
                *row = &part.rows.values[(first + n) * pairs..][..pairs];
            }
            let num_blocks = part.rows.count().div_ceil(ROWS);
            let step = size_of_val(&part.panel[0]).div_ceil(num_blocks);
            let ahead = part.ahead.as_ptr().cast::<i8>();
            let mut ahead = ahead.wrapping_add(first / ROWS * step * pairs);
            for (i, weights) in part.panel.iter().enumerate() {
                let weights = $weights(weights);
                _mm_prefetch::<_MM_HINT_T1>(ahead);
                ahead = ahead.wrapping_add(step);
                for (row, sum) in rows.iter().zip(&mut sums) {
                    // SAFETY: `i < pairs`, the length of each row.
                    *sum = $dot(*sum, unsafe { row.get_unchecked(i) }, weights);
                }
            }
            sums
        }
    };
}

/// Pairs of bytes as pairs of integers of 16 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn widened(weights: &BytePairs) -> __m512i {
    // SAFETY: `weights` is as long as the register that is loaded.
    _mm512_cvtepi8_epi16(unsafe { _mm256_loadu_si256(weights.as_ptr().cast()) })
}

/// `sums` and the products of `pair` with those of `weights`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_dot(sums: __m512i, pair: &[i16; 2], weights: __m512i) -> __m512i {
    // SAFETY: a pair is as long as an integer of 32 bits, of which the first is the lower half.
    let pair = _mm512_set1_epi32(unsafe { pair.as_ptr().cast::<i32>().read_unaligned() });
    _mm512_add_epi32(sums, _mm512_madd_epi16(pair, weights))
}

/// One instruction that takes sums, weights, and a pair for all columns from memory: the compiler reads
/// the pair with an instruction of its own, by which a product takes a third longer.
macro_rules! dot_with_memory {
    ($name:ident($sums:ty, $pair:ty), $instruction:literal, $features:literal) => {
        /// `sums` and the products of `pair` with those of `weights`.
        #[inline]
        #[target_feature(enable = $features)]
        fn $name(mut sums: $sums, pair: &$pair, weights: __m512i) -> $sums {
            // SAFETY: the instruction is one of those features, and reads registers and the 32 bits of
            // `pair`.
            unsafe {
                asm!(
                    concat!($instruction, " {sums}, {weights}, dword ptr [{pair}]{{1to16}}"),
                    sums = inout(zmm_reg) sums,
                    weights = in(zmm_reg) weights,
                    pair = in(reg) pair,
                    options(pure, readonly, nostack, preserves_flags),
                );
            }
            sums
        }
    };
}

dot_with_memory!(byte_dot_vnni(__m512i, [i16; 2]), "vpdpwssd", "avx512f,avx512vnni");
// Of each pair the second is added first.
dot_with_memory!(bf16_dot(__m512, [bf16; 2]), "vdpbf16ps", "avx512f,avx512bf16");

pair_products!(byte_products, BytePart, "avx512f,avx512bw", __m512i, widened, byte_dot);
pair_products!(
    byte_products_vnni,
    BytePart,
    "avx512f,avx512bw,avx512vnni",
    __m512i,
    widened,
    byte_dot_vnni
);
pair_products!(bf16_products, Bf16Part, "avx512f,avx512bw,avx512bf16", __m512, loaded, bf16_dot);

/// Pairs of weights in a register.
#[inline]
#[target_feature(enable = "avx512f")]
fn loaded(weights: &Bf16Pairs) -> __m512i {
    // SAFETY: `weights` is as long as the register that is loaded.
    unsafe { _mm512_loadu_si512(weights.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn byte_part(part: &mut BytePart<'_>) {
    by_blocks!(byte_block(part), part.rows.count());
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn byte_part_vnni(part: &mut BytePart<'_>) {
    by_blocks!(byte_block_vnni(part), part.rows.count());
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_block<const N: usize>(part: &mut BytePart<'_>, first: usize) {
    let sums = byte_products(part, first, [_mm512_setzero_si512(); N]);
    put_scaled(part, first, sums);
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn byte_block_vnni<const N: usize>(part: &mut BytePart<'_>, first: usize) {
    let sums = byte_products_vnni(part, first, [_mm512_setzero_si512(); N]);
    put_scaled(part, first, sums);
}

/// What `sums` stand for to their place.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn put_scaled<const N: usize>(part: &mut BytePart<'_>, first: usize, sums: [__m512i; N]) {
    let (scales, bias) = (register(part.scales), register(part.bias));
    for (n, &sum) in sums.iter().enumerate() {
        let scale = _mm512_mul_ps(_mm512_set1_ps(part.rows.scales[first + n]), scales);
        let value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, bias);
        store(value, &mut part.out[(first + n) * part.stride..]);
    }
    activate::<N>(part.activation, &mut part.out[first * part.stride..], part.stride);
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn bf16_part(part: &mut Bf16Part<'_>) {
    by_blocks!(bf16_block(part), part.rows.count());
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn bf16_block<const N: usize>(part: &mut Bf16Part<'_>, first: usize) {
    let sums = bf16_products(part, first, [register(part.bias); N]);
    for (n, &sum) in sums.iter().enumerate() {
        store(sum, &mut part.out[(first + n) * part.stride..]);
    }
    activate::<N>(part.activation, &mut part.out[first * part.stride..], part.stride);
}
