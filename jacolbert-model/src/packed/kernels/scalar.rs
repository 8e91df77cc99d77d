//! The kernels in plain Rust: the definition, and what runs where there is no AVX2.
//!
//! Everything over a row is written for 16 lanes and inlined, so that a caller compiled for wider
//! registers gets the same operations in them.

use std::f32::consts::FRAC_2_SQRT_PI;

use half::bf16;

use jacolbert_core::simd::Scalar;

use super::kernel_set::KernelSet;
use super::matrices::{ByteScale, LANES, LARGEST_INPUT, Lanes, Norm, WEIGHT_OFFSET};
use super::multiply_add::{Fused, MultiplyAdd, Separate};
use super::tasks::{Bf16Task, ByteTask, Task};
use crate::Activation;

/// Plain Rust without fused multiply-adds, for an x86-64 processor that has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unfused;

/// Implements the kernels by the functions of this file.
macro_rules! scalar_kernels {
    ($set:ty, $multiply_add:ty) => {
        impl KernelSet for $set {
            fn panels_together(self) -> usize {
                1
            }

            fn multiply(self, task: Task<'_>) {
                multiply::<$multiply_add>(task);
            }

            fn multiply_bytes(self, task: ByteTask<'_>) {
                multiply_bytes::<$multiply_add>(task);
            }

            fn multiply_bf16(self, task: Bf16Task<'_>) {
                multiply_bf16::<$multiply_add>(task);
            }

            fn prefetch<T>(self, _: &[T]) {}

            fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]) {
                nearest_bf16(row, nearest);
            }

            fn quantise(self, row: &[f32], bytes: &mut [i8]) -> ByteScale {
                quantise::<$multiply_add>(row, bytes)
            }

            fn add_and_norm(self, rows: &mut [f32], added: &[f32], stride: usize, norm: Norm<'_>) {
                add_and_norm::<$multiply_add>(rows, added, stride, norm);
            }

            fn softmax(self, row: &mut [f32], mask: &[f32]) {
                softmax::<$multiply_add>(row, mask);
            }

            fn softmax_in_bf16(self, row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) {
                softmax_in_bf16::<$multiply_add>(row, mask, nearest);
            }

            fn unit(self, row: &mut [f32], least: f32) {
                unit(row, least);
            }
        }
    };
}

scalar_kernels!(Scalar, Fused);
scalar_kernels!(Unfused, Separate);

/// See [`super::Machine::product`].
pub(super) fn multiply<M: MultiplyAdd>(task: Task<'_>) {
    let panel = task.panel(0);
    let bias = task.bias.map(|bias| bias[0]);
    let Task { rows, sums, stride, activation, .. } = task;
    for (row, sums) in rows.values.chunks(rows.stride).zip(sums.chunks_mut(stride)).take(rows.count)
    {
        let mut lanes = bias.unwrap_or_else(|| std::array::from_fn(|lane| sums[lane]));
        for (&input, weights) in row.iter().zip(panel) {
            for (sum, &weight) in lanes.iter_mut().zip(weights) {
                *sum = M::multiply_add(input, weight, *sum);
            }
        }
        activate::<M>(activation, &mut lanes);
        sums[..LANES].copy_from_slice(&lanes);
    }
}

/// See [`super::Machine::byte_product`].
pub(super) fn multiply_bytes<M: MultiplyAdd>(task: ByteTask<'_>) {
    let ByteTask { panel, rows, .. } = task;
    for (r, &scale) in rows.scales.iter().enumerate() {
        let mut sums = [0; LANES];
        for (inputs, weights) in rows.values[r * rows.stride..].iter().zip(panel) {
            for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<4>().0) {
                let products = inputs
                    .iter()
                    .zip(weights)
                    .map(|(&x, &weight)| i32::from(x) * i32::from(weight));
                *sum += products.sum::<i32>();
            }
        }
        let mut lanes = scaled::<M>(&sums, scale, task.scales, task.bias);
        activate::<M>(task.activation, &mut lanes);
        task.out[r * task.stride..][..LANES].copy_from_slice(&lanes);
    }
}

/// See [`super::Machine::bf16_product`].
#[inline(always)]
pub(super) fn multiply_bf16<M: MultiplyAdd>(task: Bf16Task<'_>) {
    let Bf16Task { panel, rows, .. } = task;
    for r in 0..rows.count {
        let mut lanes = *task.bias;
        for (&[first, second], weights) in rows.values[r * rows.stride..].iter().zip(panel) {
            for (sum, &[one, other]) in lanes.iter_mut().zip(weights.as_chunks::<2>().0) {
                *sum = M::multiply_add(second.to_f32(), other.to_f32(), *sum);
                *sum = M::multiply_add(first.to_f32(), one.to_f32(), *sum);
            }
        }
        activate::<M>(task.activation, &mut lanes);
        task.out[r * task.stride..][..LANES].copy_from_slice(&lanes);
    }
}

/// See [`super::Machine::nearest_bf16`].
#[inline(always)]
pub(super) fn nearest_bf16(row: &[f32], nearest: &mut [bf16]) {
    nearest.iter_mut().zip(row).for_each(|(nearest, &x)| *nearest = bf16::from_f32(x));
}

/// `bias` and what the sums of a row stand for.
#[inline(always)]
pub(super) fn scaled<M: MultiplyAdd>(
    sums: &[i32; LANES],
    row: ByteScale,
    scales: &Lanes,
    bias: &Lanes,
) -> Lanes {
    let mut lanes = *bias;
    for ((lane, &sum), &scale) in lanes.iter_mut().zip(sums).zip(scales) {
        *lane = M::multiply_add((sum - row.excess) as f32, row.unit * scale, *lane);
    }
    lanes
}

/// See [`super::Machine::quantise`].
#[inline(always)]
pub(super) fn quantise<M: MultiplyAdd>(row: &[f32], bytes: &mut [i8]) -> ByteScale {
    let (largest, fault) = largest_and_fault(row);
    let factor = if largest > 0.0 { f32::from(LARGEST_INPUT) / largest } else { 0.0 };
    let mut total = 0;
    for (byte, &x) in bytes.iter_mut().zip(row) {
        *byte = lowest_byte(M::multiply_add(x, factor, ROUNDING));
        total += i32::from(*byte);
    }
    ByteScale {
        unit: largest / f32::from(LARGEST_INPUT) + fault,
        excess: i32::from(WEIGHT_OFFSET) * total,
    }
}

/// The largest absolute value of `row`, where a NaN is passed over, and zero, or no number if any value is
/// none or infinite.
#[inline(always)]
fn largest_and_fault(row: &[f32]) -> (f32, f32) {
    let (whole, rest) = row.as_chunks::<LANES>();
    let mut most = [0.0; LANES];
    let mut faults = [0.0; LANES];
    let mut step = |values: &[f32]| {
        for ((most, fault), &x) in most.iter_mut().zip(&mut faults).zip(values) {
            *most = larger(*most, x.abs());
            *fault += x * 0.0;
        }
    };
    whole.iter().for_each(|values| step(values));
    step(rest);
    (folded(most, larger), folded(faults, |a, b| a + b))
}

/// The nearest integer to `x`, which is less than a byte's largest; 0 if it is no number.
#[inline(always)]
pub(crate) fn nearest_byte(x: f32) -> i8 {
    lowest_byte(if x.is_nan() { ROUNDING } else { x + ROUNDING })
}

/// The integer `n` of `n + ROUNDING`: the lowest bits are it in two's complement.
#[inline(always)]
fn lowest_byte(x: f32) -> i8 {
    x.to_bits() as i8
}

/// The activation of each lane.
#[inline(always)]
pub(super) fn activate<M: MultiplyAdd>(activation: Option<Activation>, lanes: &mut Lanes) {
    match activation {
        None => {}
        Some(Activation::Relu) => {
            // As in Burn, a NaN stays one.
            lanes.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x });
        }
        Some(Activation::Gelu) => lanes.iter_mut().for_each(|x| *x = gelu::<M>(*x)),
        Some(Activation::GeluTanh) => lanes.iter_mut().for_each(|x| *x = gelu_tanh::<M>(*x)),
    }
}

/// `x Φ(x)`.
#[inline(always)]
fn gelu<M: MultiplyAdd>(x: f32) -> f32 {
    0.5 * x * (1.0 + erf::<M>(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// `x / 2 (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)`, which is `x / (1 + exp(-2u))`.
#[inline(always)]
fn gelu_tanh<M: MultiplyAdd>(x: f32) -> f32 {
    const TWICE_ROOT: f32 = 2.0 * FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;
    let u = TWICE_ROOT * x * M::multiply_add(0.044_715 * x, x, 1.0);
    x / (1.0 + exp::<M>(-u))
}

/// From it on `erf` is ±1 in `f32`, and so is the function below there.
const ERF_IS_ONE: f32 = 3.92;

/// Numerator and denominator of `erf(x) / x` in `x²`, lowest power first: the rational function with
/// the smallest relative error over `[-3.85, 3.85]`, 1.4e-8, found by iteratively weighted least
/// squares on Chebyshev's nodes.
const ERF_OVER: [f32; 6] = [
    FRAC_2_SQRT_PI,
    0.187_899_76,
    0.052_479_975,
    0.003_674_017_2,
    0.000_285_676_45,
    2.108_261_2e-6,
];
const ERF_UNDER: [f32; 6] =
    [1.0, 0.499_854_7, 0.113_129_81, 0.014_785_067, 0.001_145_521_4, 3.873_181e-5];

/// The error function, within 4e-7.
#[inline(always)]
pub(super) fn erf<M: MultiplyAdd>(x: f32) -> f32 {
    let x = if x > ERF_IS_ONE { ERF_IS_ONE } else { x };
    let x = if x < -ERF_IS_ONE { -ERF_IS_ONE } else { x };
    let square = x * x;
    x * polynomial::<M, _>(&ERF_OVER, square) / polynomial::<M, _>(&ERF_UNDER, square)
}

/// Largest and smallest logarithm of a float that is neither infinite nor below the normal ones.
const LARGEST_EXPONENT: f32 = 88.0;
const SMALLEST_EXPONENT: f32 = -87.0;

/// Adding it to a float below 2²² leaves the nearest integer in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;

/// `ln 2` in two parts, of which the first has so few bits that its multiples are exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `exp(x)` on `[-ln 2 / 2, ln 2 / 2]`, lowest power first: the polynomial of degree 6 with this
/// beginning that has the smallest relative error, 3.1e-9, found as those of [`erf`].
const EXP: [f32; 7] =
    [1.0, 1.0, 0.499_999_93, 0.166_665_21, 0.041_668_39, 0.008_368_72, 0.001_381_46];

/// `exp(x)`, within 2e-7 of itself; what is below `exp(-87)` is 0, and what is above `exp(88)` is that.
#[inline(always)]
pub(super) fn exp<M: MultiplyAdd>(x: f32) -> f32 {
    let bounded = if x > LARGEST_EXPONENT { LARGEST_EXPONENT } else { x };
    let rounded = M::multiply_add(bounded, std::f32::consts::LOG2_E, ROUNDING);
    let power = rounded - ROUNDING;
    let rest = M::multiply_add(power, -LN_2_HIGH, bounded);
    let rest = M::multiply_add(power, -LN_2_LOW, rest);
    // `2^power`, whose exponent's bits are those of the integer plus 127.
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    let value = polynomial::<M, _>(&EXP, rest) * scale;
    if x < SMALLEST_EXPONENT { 0.0 } else { value }
}

/// `Σ factors[n] xⁿ`.
#[inline(always)]
fn polynomial<M: MultiplyAdd, const N: usize>(factors: &[f32; N], x: f32) -> f32 {
    let lower = factors.iter().rev().skip(1);
    lower.fold(factors[N - 1], |sum, &factor| M::multiply_add(sum, x, factor))
}

/// See [`super::Machine::add_and_norm`].
#[inline(always)]
pub(super) fn add_and_norm<M: MultiplyAdd>(
    rows: &mut [f32],
    added: &[f32],
    stride: usize,
    norm: Norm<'_>,
) {
    let size = norm.scale.len();
    for (row, added) in rows.chunks_exact_mut(stride).zip(added.chunks_exact(stride)) {
        let row = &mut row[..size];
        let mut sums = [0.0; LANES];
        by_lanes(&mut sums, row, &added[..size], |sum, x, added| {
            *x += added;
            *sum += *x;
        });
        let mean = folded(sums, |a, b| a + b) / size as f32;
        let variance = sum(row, |x| (x - mean) * (x - mean)) / size as f32;
        let factor = 1.0 / (variance + norm.epsilon).sqrt();
        for ((x, scale), shift) in row.iter_mut().zip(norm.scale).zip(norm.shift) {
            *x = M::multiply_add((*x - mean) * factor, *scale, *shift);
        }
    }
}

/// See [`super::Machine::softmax`].
#[inline(always)]
pub(super) fn softmax<M: MultiplyAdd>(row: &mut [f32], mask: &[f32]) {
    let factor = exponentials::<M>(row, mask);
    row.iter_mut().for_each(|x| *x *= factor);
}

/// See [`super::Machine::softmax_in_bf16`].
#[inline(always)]
pub(super) fn softmax_in_bf16<M: MultiplyAdd>(row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) {
    let factor = exponentials::<M>(row, mask);
    nearest.iter_mut().zip(row).for_each(|(nearest, &mut x)| *nearest = bf16::from_f32(x * factor));
}

/// `row = exp(x - max x)` of `x = row + mask`, and `1 / Σ exp(x - max x)`.
#[inline(always)]
fn exponentials<M: MultiplyAdd>(row: &mut [f32], mask: &[f32]) -> f32 {
    let mut most = [f32::NEG_INFINITY; LANES];
    by_lanes(&mut most, row, mask, |most, x, mask| *most = larger(*most, *x + mask));
    let largest = folded(most, larger);
    let mut sums = [0.0; LANES];
    by_lanes(&mut sums, row, mask, |sum, x, mask| {
        *x = exp::<M>(*x + mask - largest);
        *sum += *x;
    });
    1.0 / folded(sums, |a, b| a + b)
}

/// See [`super::Machine::unit`].
#[inline(always)]
pub(super) fn unit(row: &mut [f32], least: f32) {
    let length = sum(row, |x| x * x).sqrt();
    let length = if length < least { least } else { length };
    row.iter_mut().for_each(|x| *x /= length);
}

/// The sum of `term` over `row`: value `n` goes to lane `n % 16`, and lanes are added in pairs.
#[inline(always)]
fn sum(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (whole, rest) = row.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for values in whole {
        lanes.iter_mut().zip(values).for_each(|(lane, &x)| *lane += term(x));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane += term(x));
    folded(lanes, |a, b| a + b)
}

/// Calls `step` with every value of `row` and of `added` and their lane: value `n` has lane `n % 16`.
#[inline(always)]
fn by_lanes(
    lanes: &mut Lanes,
    row: &mut [f32],
    added: &[f32],
    step: impl Fn(&mut f32, &mut f32, f32),
) {
    let mut all = |row: &mut [f32], added: &[f32]| {
        let values = lanes.iter_mut().zip(row).zip(added);
        values.for_each(|((lane, x), &added)| step(lane, x, added));
    };
    let (whole, rest) = row.as_chunks_mut::<LANES>();
    let (whole_added, rest_added) = added.as_chunks::<LANES>();
    whole.iter_mut().zip(whole_added).for_each(|(row, added)| all(row, added));
    all(rest, rest_added);
}

/// The larger of two; a `b` that is no number is passed over.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

/// Lanes folded in halves: by itself, so that the compiler does not take the loops before it for halves of
/// registers, too.
#[inline(never)]
fn folded(lanes: Lanes, fold: impl Fn(f32, f32) -> f32) -> f32 {
    let lanes: [f32; 8] = halved(lanes, &fold);
    let lanes: [f32; 4] = halved(lanes, &fold);
    let lanes: [f32; 2] = halved(lanes, &fold);
    fold(lanes[0], lanes[1])
}

/// Each of the first `HALF` lanes folded with that of the other half: of a known length, so that it is done in
/// registers.
#[inline(always)]
fn halved<const N: usize, const HALF: usize>(
    lanes: [f32; N],
    fold: impl Fn(f32, f32) -> f32,
) -> [f32; HALF] {
    std::array::from_fn(|lane| fold(lanes[lane], lanes[lane + HALF]))
}
