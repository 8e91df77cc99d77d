//! The kernels on AVX2 with fused multiply-add: six rows by 16 columns in twelve registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m256i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm256_add_epi32, _mm256_and_si256,
    _mm256_castsi256_ps, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_mul_ps, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_setzero_si256, _mm256_slli_epi16, _mm256_slli_epi32,
    _mm256_srai_epi16, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_sub_epi32,
};

use half::bf16;
use jacolbert_core::simd::Avx2;

use super::kernel_set::KernelSet;
use super::matrices::{Bf16Pairs, ByteQuads, ByteScale, LANES, Lanes, Norm};
use super::multiply_add::Fused;
use super::row_kernels::row_kernels;
use super::scalar;
use super::tasks::{Bf16Task, ByteTask, Task};
use crate::Activation;

/// Values of a register.
const WIDTH: usize = 8;
const REGISTERS: usize = LANES / WIDTH;
/// Rows that are computed together.
const ROWS: usize = 6;
/// Inputs that a round of the inner loop takes, so that its own instructions count for little: where
/// two threads share a core, they slow down the products.
const STEPS: usize = 4;

impl KernelSet for Avx2 {
    fn panels_together(self) -> usize {
        1
    }

    fn multiply(self, mut task: Task<'_>) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { by_blocks(&mut task) }
    }

    fn multiply_bytes(self, mut task: ByteTask<'_>) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { multiply_bytes(&mut task) }
    }

    fn multiply_bf16(self, mut task: Bf16Task<'_>) {
        // SAFETY: a value of this type exists only where AVX2 and FMA were detected.
        unsafe { multiply_bf16(&mut task) }
    }

    fn prefetch<T>(self, values: &[T]) {
        for byte in (0..size_of_val(values)).step_by(size_of::<Lanes>()) {
            let line = values.as_ptr().cast::<i8>().wrapping_add(byte);
            // SAFETY: SSE is part of AVX2; what is asked for is not touched.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
        }
    }

    row_kernels!("avx2,fma");
}

/// Calls `block` with the rows of `task`, up to [`ROWS`] at a time.
macro_rules! by_blocks {
    ($block:ident($task:ident), $count:expr) => {
        let count = $count;
        let mut first = 0;
        while first < count {
            let n = rows_together(count - first);
            match n {
                1 => $block::<1>($task, first),
                2 => $block::<2>($task, first),
                3 => $block::<3>($task, first),
                4 => $block::<4>($task, first),
                5 => $block::<5>($task, first),
                _ => $block::<ROWS>($task, first),
            }
            first += n;
        }
    };
}

#[target_feature(enable = "avx2,fma")]
fn by_blocks(task: &mut Task<'_>) {
    by_blocks!(block(task), task.rows.count);
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
fn block<const N: usize>(task: &mut Task<'_>, first: usize) {
    let stride = task.stride;
    let mut sums = [[_mm256_setzero_ps(); REGISTERS]; N];
    for (n, row) in sums.iter_mut().enumerate() {
        let begin = (first + n) * stride;
        prefetch(task.sums, begin + N * stride);
        *row = match task.bias {
            Some(bias) => registers(&bias[0]),
            None => registers(&task.sums[begin..]),
        };
    }
    let sums = products(task, first, sums);
    for (n, row) in sums.iter().enumerate() {
        store(row, &mut task.sums[(first + n) * stride..]);
    }
    activate::<N>(task.activation, &mut task.sums[first * stride..], stride);
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
        scalar::activate::<Fused>(activation, lanes);
    }
}

/// `sums` and the products of the panel's weights with the inputs of `N` rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn products<const N: usize>(
    task: &Task<'_>,
    first: usize,
    mut sums: [[__m256; REGISTERS]; N],
) -> [[__m256; REGISTERS]; N] {
    let rows = task.rows;
    let panel = task.panel(0);
    let depth = task.depth;
    let mut inputs: [&[f32]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &rows.values[(first + n) * rows.stride..][..depth];
    }
    let (mut ahead, step) = ahead(task, first);
    let (groups, rest) = panel.as_chunks::<STEPS>();
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

/// Where the block from row `first` on begins with asking for the next task's weights, and the values
/// between two requests, so that all blocks together ask for all of them.
#[inline]
#[target_feature(enable = "avx2")]
fn ahead(task: &Task<'_>, first: usize) -> (*const f32, usize) {
    let step = LANES.div_ceil(task.rows.count.div_ceil(ROWS));
    let begin = first.div_ceil(ROWS) * step * task.depth;
    (task.ahead(0).cast::<f32>().wrapping_add(begin), step)
}

/// Asks for value `n` and its neighbours to be brought near; they will be needed soon.
#[inline]
#[target_feature(enable = "avx2")]
fn prefetch(values: &[f32], n: usize) {
    _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(n).cast());
}

/// Registers to the first 16 of `values`.
#[inline]
#[target_feature(enable = "avx2")]
fn store(registers: &[__m256; REGISTERS], values: &mut [f32]) {
    let lanes: &mut Lanes = values.first_chunk_mut().expect("a panel's columns");
    for (n, &register) in registers.iter().enumerate() {
        // SAFETY: `n * WIDTH + WIDTH <= LANES`, the length of `lanes`.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr().add(n * WIDTH), register) };
    }
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
fn multiply_bytes(task: &mut ByteTask<'_>) {
    by_blocks!(byte_block(task), task.rows.scales.len());
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn byte_block<const N: usize>(task: &mut ByteTask<'_>, first: usize) {
    let sums = byte_products::<N>(task, first);
    let scales = registers(task.scales);
    let bias = registers(task.bias);
    for (n, row) in sums.iter().enumerate() {
        let ByteScale { unit, excess } = task.rows.scales[first + n];
        let unit = _mm256_set1_ps(unit);
        let excess = _mm256_set1_epi32(excess);
        let mut values = bias;
        for ((value, &sum), &scale) in values.iter_mut().zip(row).zip(&scales) {
            let sum = _mm256_cvtepi32_ps(_mm256_sub_epi32(sum, excess));
            *value = _mm256_fmadd_ps(sum, _mm256_mul_ps(unit, scale), *value);
        }
        store(&values, &mut task.out[(first + n) * task.stride..]);
    }
    activate::<N>(task.activation, &mut task.out[first * task.stride..], task.stride);
}

/// The products of the panel's weights with the bytes of `N` rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn byte_products<const N: usize>(task: &ByteTask<'_>, first: usize) -> [[__m256i; REGISTERS]; N] {
    let quads = task.panel.len();
    let mut inputs: [&[[i8; 4]]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &task.rows.values[(first + n) * task.rows.stride..][..quads];
    }
    let step = size_of::<ByteQuads>().div_ceil(task.rows.scales.len().div_ceil(ROWS));
    let mut ahead =
        task.ahead.as_ptr().cast::<i8>().wrapping_add(first.div_ceil(ROWS) * step * quads);
    let mut sums = [[_mm256_setzero_si256(); REGISTERS]; N];
    for (i, weights) in task.panel.iter().enumerate() {
        let weights = [
            widened_weights(&weights.as_chunks().0[0]),
            widened_weights(&weights.as_chunks().0[1]),
        ];
        _mm_prefetch::<_MM_HINT_T1>(ahead);
        ahead = ahead.wrapping_add(step);
        for (row, sums) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < quads`, the length of each row; a quad is as long as an integer of 32 bits.
            let quad = unsafe { row.as_ptr().add(i).cast::<i32>().read_unaligned() };
            let inputs = widened_inputs(_mm256_set1_epi32(quad));
            for (sum, weights) in sums.iter_mut().zip(&weights) {
                let [first, second] = [
                    _mm256_madd_epi16(inputs[0], weights[0]),
                    _mm256_madd_epi16(inputs[1], weights[1]),
                ];
                *sum = _mm256_add_epi32(*sum, _mm256_add_epi32(first, second));
            }
        }
    }
    sums
}

/// The even and the odd numbers of quads as integers of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn widened_weights(bytes: &[u8; 4 * WIDTH]) -> [__m256i; 2] {
    // SAFETY: `bytes` is as long as the register that is loaded.
    let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
    [_mm256_and_si256(bytes, _mm256_set1_epi16(0xFF)), _mm256_srli_epi16::<8>(bytes)]
}

/// The same of numbers that have a sign.
#[inline]
#[target_feature(enable = "avx2")]
fn widened_inputs(bytes: __m256i) -> [__m256i; 2] {
    [_mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(bytes)), _mm256_srai_epi16::<8>(bytes)]
}

#[target_feature(enable = "avx2,fma")]
fn multiply_bf16(task: &mut Bf16Task<'_>) {
    by_blocks!(bf16_block(task), task.rows.count);
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn bf16_block<const N: usize>(task: &mut Bf16Task<'_>, first: usize) {
    let sums = bf16_products::<N>(task, first);
    for (n, row) in sums.iter().enumerate() {
        store(row, &mut task.out[(first + n) * task.stride..]);
    }
    activate::<N>(task.activation, &mut task.out[first * task.stride..], task.stride);
}

/// The bias and the products of the panel's weights with the inputs of `N` rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn bf16_products<const N: usize>(task: &Bf16Task<'_>, first: usize) -> [[__m256; REGISTERS]; N] {
    let pairs = task.panel.len();
    let mut rows = [&task.rows.values[..0]; N];
    for (n, row) in rows.iter_mut().enumerate() {
        *row = &task.rows.values[(first + n) * task.rows.stride..][..pairs];
    }
    let step = size_of::<Bf16Pairs>().div_ceil(task.rows.count.div_ceil(ROWS));
    let mut ahead =
        task.ahead.as_ptr().cast::<i8>().wrapping_add(first.div_ceil(ROWS) * step * pairs);
    let mut sums = [registers(task.bias); N];
    for (i, weights) in task.panel.iter().enumerate() {
        _mm_prefetch::<_MM_HINT_T1>(ahead);
        ahead = ahead.wrapping_add(step);
        // SAFETY: `i < pairs`, the length of each row.
        sums = unsafe { bf16_step::<SECOND, N>(sums, weights, &rows, i) };
        // SAFETY: `i < pairs`, the length of each row.
        sums = unsafe { bf16_step::<FIRST, N>(sums, weights, &rows, i) };
    }
    sums
}

/// A number of a pair.
const FIRST: usize = 0;
const SECOND: usize = 1;

/// `sums` and the products of the first or the second numbers of `weights` and of pair `i` of `N` rows.
///
/// # Safety
/// Each row has more than `i` pairs.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn bf16_step<const OF_PAIR: usize, const N: usize>(
    mut sums: [[__m256; REGISTERS]; N],
    weights: &Bf16Pairs,
    rows: &[&[[bf16; 2]]; N],
    i: usize,
) -> [[__m256; REGISTERS]; N] {
    let weights = [
        of_pairs::<OF_PAIR>(pairs(&weights.as_chunks().0[0])),
        of_pairs::<OF_PAIR>(pairs(&weights.as_chunks().0[1])),
    ];
    for (row, sums) in rows.iter().zip(&mut sums) {
        // SAFETY: the caller's; a pair is as long as an integer of 32 bits.
        let pair = unsafe { row.as_ptr().add(i).cast::<i32>().read_unaligned() };
        let input = of_pairs::<OF_PAIR>(_mm256_set1_epi32(pair));
        for (sum, &weights) in sums.iter_mut().zip(&weights) {
            *sum = _mm256_fmadd_ps(input, weights, *sum);
        }
    }
    sums
}

/// Pairs in a register.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs(numbers: &[bf16; 2 * WIDTH]) -> __m256i {
    // SAFETY: `numbers` is as long as the register that is loaded.
    unsafe { _mm256_loadu_si256(numbers.as_ptr().cast()) }
}

/// The first or the second numbers of pairs, of which the first is the lower half.
#[inline]
#[target_feature(enable = "avx2")]
fn of_pairs<const OF_PAIR: usize>(pairs: __m256i) -> __m256 {
    _mm256_castsi256_ps(match OF_PAIR {
        FIRST => _mm256_slli_epi32::<16>(pairs),
        _ => _mm256_and_si256(pairs, _mm256_set1_epi32(0xFFFF_0000_u32 as i32)),
    })
}
