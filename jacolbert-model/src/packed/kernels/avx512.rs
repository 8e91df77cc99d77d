//! The kernels on AVX-512: twelve rows by 32 columns in 24 registers, or by 16 in twelve.
#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm512_add_epi32, _mm512_and_si512,
    _mm512_cvtepi32_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_madd_epi16,
    _mm512_mul_ps, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srai_epi16, _mm512_srli_epi16,
    _mm512_storeu_ps, _mm512_sub_epi32,
};

use half::bf16;
use jacolbert_core::simd::Avx512;

use super::kernel_set::KernelSet;
use super::matrices::{ByteScale, LANES, Lanes, Norm};
use super::multiply_add::Fused;
use super::row_kernels::row_kernels;
use super::scalar;
use super::tasks::{Bf16Task, ByteTask, Task};
use crate::Activation;

/// Rows that are computed together.
const ROWS: usize = 12;
/// Panels of a product in `f32` that are computed together: by two, an input is read once for two
/// multiplications, of which some machines do two while they read two values.
const PANELS: usize = 2;

/// Steps after which weights are needed that are asked for now, since the second cache is slow to give them.
const SOON: usize = 8;

impl KernelSet for Avx512 {
    fn panels_together(self) -> usize {
        PANELS
    }

    fn multiply(self, mut task: Task<'_>) {
        // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
        unsafe { by_blocks(&mut task) }
    }

    fn multiply_bytes(self, mut task: ByteTask<'_>) {
        if self.has_vnni() {
            // SAFETY: VNNI was detected, and F and BW where a value of this type exists.
            unsafe { multiply_bytes_vnni(&mut task) }
        } else {
            // SAFETY: a value of this type exists only where AVX-512 F and BW were detected.
            unsafe { multiply_bytes(&mut task) }
        }
    }

    fn multiply_bf16(self, mut task: Bf16Task<'_>) {
        if self.has_bf16() {
            // SAFETY: BF16 was detected, and F and BW where a value of this type exists.
            unsafe { multiply_bf16(&mut task) }
        } else {
            self.avx2().multiply_bf16(task);
        }
    }

    fn prefetch<T>(self, values: &[T]) {
        self.avx2().prefetch(values);
    }

    row_kernels!("avx512f,avx512bw");
}

/// Calls `block` with the rows of `task`, up to [`ROWS`] at a time.
macro_rules! by_blocks {
    ($block:ident$(::<$panels:literal>)?($task:ident), $count:expr) => {
        let count = $count;
        let mut first = 0;
        while first < count {
            let n = rows_together(count - first);
            match n {
                1 => $block::<1 $(, $panels)?>($task, first),
                2 => $block::<2 $(, $panels)?>($task, first),
                3 => $block::<3 $(, $panels)?>($task, first),
                4 => $block::<4 $(, $panels)?>($task, first),
                5 => $block::<5 $(, $panels)?>($task, first),
                6 => $block::<6 $(, $panels)?>($task, first),
                7 => $block::<7 $(, $panels)?>($task, first),
                8 => $block::<8 $(, $panels)?>($task, first),
                9 => $block::<9 $(, $panels)?>($task, first),
                10 => $block::<10 $(, $panels)?>($task, first),
                11 => $block::<11 $(, $panels)?>($task, first),
                _ => $block::<ROWS $(, $panels)?>($task, first),
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
fn by_blocks(task: &mut Task<'_>) {
    if task.num_panels == PANELS {
        by_blocks!(block::<2>(task), task.rows.count);
    } else {
        by_blocks!(block::<1>(task), task.rows.count);
    }
}

/// The rows from `first` on, `N` of them, and `P` panels.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn block<const N: usize, const P: usize>(task: &mut Task<'_>, first: usize) {
    let stride = task.stride;
    let mut sums = [[_mm512_setzero_ps(); P]; N];
    for (n, row) in sums.iter_mut().enumerate() {
        let begin = (first + n) * stride;
        for (p, sum) in row.iter_mut().enumerate() {
            prefetch(task.sums, begin + N * stride + p * LANES);
            *sum = match task.bias {
                Some(bias) => register(&bias[p]),
                None => register(&task.sums[begin + p * LANES..]),
            };
        }
    }
    let sums = products(task, first, sums);
    for (n, row) in sums.iter().enumerate() {
        for (p, &sum) in row.iter().enumerate() {
            store(sum, &mut task.sums[(first + n) * stride + p * LANES..]);
        }
    }
    for p in 0..P {
        activate::<N>(task.activation, &mut task.sums[first * stride + p * LANES..], stride);
    }
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
        scalar::activate::<Fused>(activation, lanes);
    }
}

/// `sums` and the products of the panels' weights with the inputs of `N` rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn products<const N: usize, const P: usize>(
    task: &Task<'_>,
    first: usize,
    mut sums: [[__m512; P]; N],
) -> [[__m512; P]; N] {
    let rows = task.rows;
    let depth = task.depth;
    let mut inputs: [&[f32]; N] = [&[]; N];
    for (n, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &rows.values[(first + n) * rows.stride..][..depth];
    }
    let step = LANES.div_ceil(rows.count.div_ceil(ROWS));
    let mut panels = [[].as_slice(); P];
    let mut ahead = [std::ptr::null(); P];
    for (p, (panel, ahead)) in panels.iter_mut().zip(&mut ahead).enumerate() {
        *panel = task.panel(p);
        *ahead = task.ahead(p).cast::<f32>().wrapping_add(first.div_ceil(ROWS) * step * depth);
    }
    for i in 0..depth {
        let mut weights = [_mm512_setzero_ps(); P];
        for ((weights, panel), ahead) in weights.iter_mut().zip(&panels).zip(&mut ahead) {
            // SAFETY: `i < depth`, the length of each panel.
            *weights = register(unsafe { panel.get_unchecked(i) });
            _mm_prefetch::<_MM_HINT_T0>(panel.as_ptr().wrapping_add(i + SOON).cast());
            _mm_prefetch::<_MM_HINT_T1>(ahead.cast());
            *ahead = ahead.wrapping_add(step);
        }
        for (row, sums) in inputs.iter().zip(&mut sums) {
            // SAFETY: `i < depth`, the length of each row.
            let input = _mm512_set1_ps(unsafe { *row.get_unchecked(i) });
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = _mm512_fmadd_ps(input, weights, *sum);
            }
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

/// Sums of the products of a panel's groups of weights with the groups of inputs of `N` rows.
macro_rules! group_products {
    ($name:ident, $task:ident, $features:literal, $sum:ident, $dot:ident) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn $name<const N: usize>(task: &$task<'_>, first: usize, mut sums: [$sum; N]) -> [$sum; N] {
            let groups = task.panel.len();
            let mut rows = [&task.rows.values[..0]; N];
            for (n, row) in rows.iter_mut().enumerate() {
                *row = &task.rows.values[(first + n) * task.rows.stride..][..groups];
            }
            let num_blocks = task.rows.num_rows().div_ceil(ROWS);
            let step = size_of::<Lanes>().div_ceil(num_blocks);
            let ahead = task.ahead.as_ptr().cast::<i8>();
            let mut ahead = ahead.wrapping_add(first.div_ceil(ROWS) * step * groups);
            for (i, weights) in task.panel.iter().enumerate() {
                // SAFETY: the weights of a group are as long as the register that is loaded.
                let weights = unsafe { _mm512_loadu_si512(weights.as_ptr().cast()) };
                _mm_prefetch::<_MM_HINT_T0>(task.panel.as_ptr().wrapping_add(i + SOON).cast());
                _mm_prefetch::<_MM_HINT_T1>(ahead);
                ahead = ahead.wrapping_add(step);
                for (row, sum) in rows.iter().zip(&mut sums) {
                    // SAFETY: `i < groups`, the length of each row.
                    *sum = $dot(*sum, unsafe { row.get_unchecked(i) }, weights);
                }
            }
            sums
        }
    };
}

/// `sums` and the products of `quad` with those of `weights`, by their even and by their odd numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_dot(sums: __m512i, quad: &[i8; 4], weights: __m512i) -> __m512i {
    let quad = _mm512_set1_epi32(i32::from_le_bytes(quad.map(i8::cast_unsigned)));
    let even = _mm512_madd_epi16(
        _mm512_srai_epi16::<8>(_mm512_slli_epi16::<8>(quad)),
        _mm512_and_si512(weights, _mm512_set1_epi16(0xFF)),
    );
    let odd = _mm512_madd_epi16(_mm512_srai_epi16::<8>(quad), _mm512_srli_epi16::<8>(weights));
    _mm512_add_epi32(sums, _mm512_add_epi32(even, odd))
}

/// One instruction that takes sums, weights, and a group for all columns from memory: the compiler reads
/// the group with an instruction of its own, by which a product takes a third longer.
macro_rules! dot_with_memory {
    ($name:ident($sums:ty, $group:ty), $instruction:literal, $features:literal) => {
        /// `sums` and the products of `group` with those of `weights`.
        #[inline]
        #[target_feature(enable = $features)]
        fn $name(mut sums: $sums, group: &$group, weights: __m512i) -> $sums {
            // SAFETY: the instruction is one of those features, and reads registers and the 32 bits of
            // `group`.
            unsafe {
                asm!(
                    concat!($instruction, " {sums}, {weights}, dword ptr [{group}]{{1to16}}"),
                    sums = inout(zmm_reg) sums,
                    weights = in(zmm_reg) weights,
                    group = in(reg) group,
                    options(pure, readonly, nostack, preserves_flags),
                );
            }
            sums
        }
    };
}

// The weights have no sign, the inputs do.
dot_with_memory!(byte_dot_vnni(__m512i, [i8; 4]), "vpdpbusd", "avx512f,avx512vnni");
// Of each pair the second is added first.
dot_with_memory!(bf16_dot(__m512, [bf16; 2]), "vdpbf16ps", "avx512f,avx512bf16");

group_products!(byte_products, ByteTask, "avx512f,avx512bw", __m512i, byte_dot);
group_products!(
    byte_products_vnni,
    ByteTask,
    "avx512f,avx512bw,avx512vnni",
    __m512i,
    byte_dot_vnni
);
group_products!(bf16_products, Bf16Task, "avx512f,avx512bw,avx512bf16", __m512, bf16_dot);

#[target_feature(enable = "avx512f,avx512bw")]
fn multiply_bytes(task: &mut ByteTask<'_>) {
    by_blocks!(byte_block(task), task.rows.num_rows());
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply_bytes_vnni(task: &mut ByteTask<'_>) {
    by_blocks!(byte_block_vnni(task), task.rows.num_rows());
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn byte_block<const N: usize>(task: &mut ByteTask<'_>, first: usize) {
    let sums = byte_products(task, first, [_mm512_setzero_si512(); N]);
    put_scaled(task, first, sums);
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn byte_block_vnni<const N: usize>(task: &mut ByteTask<'_>, first: usize) {
    let sums = byte_products_vnni(task, first, [_mm512_setzero_si512(); N]);
    put_scaled(task, first, sums);
}

/// What `sums` stand for to their place.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn put_scaled<const N: usize>(task: &mut ByteTask<'_>, first: usize, sums: [__m512i; N]) {
    let scales = register(task.scales);
    let bias = register(task.bias);
    for (n, &sum) in sums.iter().enumerate() {
        let ByteScale { unit, excess } = task.rows.scales[first + n];
        let sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_set1_epi32(excess)));
        let value = _mm512_fmadd_ps(sum, _mm512_mul_ps(_mm512_set1_ps(unit), scales), bias);
        store(value, &mut task.out[(first + n) * task.stride..]);
    }
    activate::<N>(task.activation, &mut task.out[first * task.stride..], task.stride);
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn multiply_bf16(task: &mut Bf16Task<'_>) {
    by_blocks!(bf16_block(task), task.rows.num_rows());
}

/// The rows from `first` on, `N` of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn bf16_block<const N: usize>(task: &mut Bf16Task<'_>, first: usize) {
    let sums = bf16_products(task, first, [register(task.bias); N]);
    for (n, &sum) in sums.iter().enumerate() {
        store(sum, &mut task.out[(first + n) * task.stride..]);
    }
    activate::<N>(task.activation, &mut task.out[first * task.stride..], task.stride);
}
