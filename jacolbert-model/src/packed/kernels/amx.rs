//! Products of rounded numbers on AMX: 32 rows by 32 columns in four tiles.
//!
//! A tile is 16 lines of 64 bytes. In one of inputs a line is a part of a row, in one of weights a group of
//! inputs of all columns of a panel, in one of sums a row of a panel's results.
#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::{__cpuid, __cpuid_count};
use std::ops::Range;

use super::matrices::{Bf16Panels, Bf16Rows, BytePanels, ByteRows, LANES, LINE, Lanes, Results};
use super::multiply_add::Fused;
use super::scalar;
use crate::Activation;

/// Proof that the machine has tiles and AVX-512, and that the system lets this process use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amx(());

/// Rows that are computed together, by two tiles.
const ROWS: usize = 2 * LANES;
/// Panels that are computed together.
const PANELS: usize = 2;
/// Rows whose sums of two panels are kept until they are complete.
const MOST_ROWS: usize = 128;
/// Lines of a row that a product goes through at once: with two panels 16 KiB of weights, which stay near
/// while they meet row after row.
const DEPTH: usize = 8;
/// Bytes of a tile of weights.
const TILE: usize = LINE * size_of::<Lanes>();

impl Amx {
    pub(super) fn new() -> Option<Self> {
        (are_there() && are_granted()).then_some(Self(()))
    }

    /// See [`super::Machine::bf16_product`]. The order of the sum is another: of each 16 pairs the products of
    /// the first numbers and those of the second are two chains from zero on, whose sum is added to what was
    /// there.
    ///
    /// # Panics
    /// If pairs are no whole lines, or none.
    pub(super) fn bf16_product(
        self,
        rows: Bf16Rows<'_>,
        panels: Bf16Panels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: Results<'_>,
    ) {
        let count = rows.count;
        let product = Product::of(rows.values, rows.stride, count, panels.lanes, panels.pairs);
        // SAFETY: a value of this type exists only where there are tiles, and AVX-512 F and BW;
        // `Machine::bf16_product` checked that rows and panels are whole.
        unsafe { bf16_product(&product, bias, activation, out) }
    }

    /// See [`super::Machine::byte_product`].
    ///
    /// # Panics
    /// If quads are no whole lines, or none.
    pub(super) fn byte_product(
        self,
        rows: ByteRows<'_>,
        panels: BytePanels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: Results<'_>,
    ) {
        let count = rows.num_rows();
        let product = Product::of(rows.values, rows.stride, count, panels.lanes, panels.quads);
        // SAFETY: a value of this type exists only where there are tiles, and AVX-512 F and BW;
        // `Machine::byte_product` checked that rows and panels are whole.
        unsafe { byte_product(&product, rows, panels.scales, bias, activation, out) }
    }
}

/// Whether the processor has tiles, their products in bf16 and in bytes, and AVX-512 for what becomes of
/// them.
fn are_there() -> bool {
    const TILES_AND_PRODUCTS: u32 = 1 << 22 | 1 << 24 | 1 << 25;
    let has_wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
    has_wide
        && __cpuid(0).eax >= 7
        && __cpuid_count(7, 0).edx & TILES_AND_PRODUCTS == TILES_AND_PRODUCTS
}

/// Whether the system grants them: their state is large, so that Linux keeps it for those processes only
/// that ask.
#[cfg(target_os = "linux")]
fn are_granted() -> bool {
    const REQUEST_STATE: libc::c_long = 0x1023;
    const TILE_DATA: libc::c_long = 18;
    // SAFETY: the call takes two numbers and touches no memory of this process.
    unsafe { libc::syscall(libc::SYS_arch_prctl, REQUEST_STATE, TILE_DATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn are_granted() -> bool {
    false
}

/// What is multiplied, as the bytes that tiles are loaded from.
struct Product {
    rows: *const u8,
    /// Bytes from one row to the next.
    stride: usize,
    count: usize,
    panels: *const u8,
    /// Lines of a row, and tiles of a panel.
    lines: usize,
}

impl Product {
    /// That of `count` rows of groups of 4 bytes, `stride` groups after each other, with panels of as many
    /// groups.
    fn of<R, P>(rows: &[R], stride: usize, count: usize, panels: &[P], groups: usize) -> Self {
        assert!(groups > 0 && groups.is_multiple_of(LINE), "whole lines");
        Self {
            rows: rows.as_ptr().cast(),
            stride: stride * size_of::<R>(),
            count,
            panels: panels.as_ptr().cast(),
            lines: groups / LINE,
        }
    }
}

/// Some rows and lines of a product, and two panels.
struct Block<'a> {
    product: &'a Product,
    rows: Range<usize>,
    lines: Range<usize>,
    panels: [usize; PANELS],
    /// What the sums of each row begin with; none if they go on from what is there.
    begin: Option<&'a [Lanes; PANELS]>,
    sums: &'a mut [[Lanes; PANELS]],
}

/// Adds the products of a block up, in tiles.
type Multiply = unsafe fn(Block<'_>);

/// Calls `put` with the sums of all rows, some rows and two panels at a time: the number of the first row
/// and of the panels, and `begin` of each panel with the products of its weights added.
///
/// # Safety
/// There are tiles; rows, and as many panels as there are in `begin`, are whole.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn by_blocks(
    product: &Product,
    begin: &[Lanes],
    multiply: Multiply,
    mut put: impl FnMut(usize, Range<usize>, &mut [[Lanes; PANELS]]),
) {
    let mut sums = Sums([[[0.0; LANES]; PANELS]; MOST_ROWS]);
    for first in (0..product.count).step_by(MOST_ROWS) {
        let rows = first..product.count.min(first + MOST_ROWS);
        let sums = &mut sums.0[..rows.len()];
        for left in (0..begin.len()).step_by(PANELS) {
            // Of one panel, both tiles get the same.
            let panels = [left, (left + 1).min(begin.len() - 1)];
            // SAFETY: the caller's.
            unsafe { sum_up(product, first, panels, begin, multiply, sums) };
            put(first, left..begin.len().min(left + PANELS), sums);
        }
    }
    // SAFETY: the caller's.
    unsafe { release() };
}

/// The sums of the rows from `first` on and two panels: a part of the lines of all rows, then the next.
///
/// # Safety
/// As [`by_blocks`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn sum_up(
    product: &Product,
    first: usize,
    panels: [usize; PANELS],
    begin: &[Lanes],
    multiply: Multiply,
    sums: &mut [[Lanes; PANELS]],
) {
    let begin = panels.map(|panel| begin[panel]);
    let mut shapes = None;
    for line in (0..product.lines).step_by(DEPTH) {
        for (n, sums) in sums.chunks_mut(ROWS).enumerate() {
            if shapes != Some(sums.len()) {
                // SAFETY: the caller's.
                unsafe { Shapes::of(sums.len()).set() };
                shapes = Some(sums.len());
            }
            let start = first + n * ROWS;
            let block = Block {
                product,
                rows: start..start + sums.len(),
                lines: line..product.lines.min(line + DEPTH),
                panels,
                begin: (line == 0).then_some(&begin),
                sums,
            };
            // SAFETY: the caller's; tiles have the shapes of the block.
            unsafe { multiply(block) };
        }
    }
}

/// # Safety
/// As [`by_blocks`].
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn bf16_product(
    product: &Product,
    bias: &[Lanes],
    activation: Option<Activation>,
    mut out: Results<'_>,
) {
    let put = |first: usize, panels: Range<usize>, sums: &mut [[Lanes; PANELS]]| {
        for (row, sums) in (first..).zip(sums) {
            let sums = &mut sums[..panels.len()];
            sums.iter_mut().for_each(|lanes| scalar::activate::<Fused>(activation, lanes));
            put_row(&mut out, row, panels.start, sums);
        }
    };
    // SAFETY: the caller's.
    unsafe { by_blocks(product, bias, multiply_bf16, put) };
}

/// # Safety
/// As [`by_blocks`].
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn byte_product(
    product: &Product,
    rows: ByteRows<'_>,
    scales: &[Lanes],
    bias: &[Lanes],
    activation: Option<Activation>,
    mut out: Results<'_>,
) {
    let put = |first: usize, panels: Range<usize>, sums: &mut [[Lanes; PANELS]]| {
        for (row, sums) in (first..).zip(sums) {
            let sums = &mut sums[..panels.len()];
            for (panel, lanes) in panels.clone().zip(&mut *sums) {
                let exact = lanes.map(|sum| sum.to_bits().cast_signed());
                *lanes =
                    scalar::scaled::<Fused>(&exact, rows.scales[row], &scales[panel], &bias[panel]);
                scalar::activate::<Fused>(activation, lanes);
            }
            put_row(&mut out, row, panels.start, sums);
        }
    };
    let zeros = vec![[0.0; LANES]; bias.len()];
    // SAFETY: the caller's.
    unsafe { by_blocks(product, &zeros, multiply_bytes, put) };
}

/// Results of one row, from a panel on, to their place.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn put_row(out: &mut Results<'_>, row: usize, panel: usize, lanes: &[Lanes]) {
    match out {
        Results::F32(out) => {
            let out = &mut out.values[row * out.stride + panel * LANES..];
            lanes.iter().zip(out.as_chunks_mut().0).for_each(|(lanes, out)| *out = *lanes);
        }
        Results::Bf16(out) => {
            let out = &mut out.values[row * out.stride + panel * LANES..];
            scalar::nearest_bf16(lanes.as_flattened(), out);
        }
    }
}

/// Sums of some rows, those of two panels side by side.
#[repr(C, align(64))]
struct Sums([[Lanes; PANELS]; MOST_ROWS]);

/// How large the tiles are: 0 to 3 are sums (of upper rows left and right, of lower rows left and right),
/// 4 and 5 inputs (upper and lower), 6 and 7 weights (left and right).
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    line_bytes: [u16; 16],
    num_lines: [u8; 16],
}

impl Shapes {
    /// Those for so many rows: 16 and the others, or twice the same.
    fn of(rows: usize) -> Self {
        let upper = rows.min(LANES) as u8;
        let lower = if rows > LANES { (rows - LANES) as u8 } else { upper };
        let depth = LINE as u8;
        let mut shapes = Self {
            palette: 1,
            start_row: 0,
            reserved: [0; 14],
            line_bytes: [0; 16],
            num_lines: [0; 16],
        };
        shapes.line_bytes[..8].fill(size_of::<Lanes>() as u16);
        shapes.num_lines[..8]
            .copy_from_slice(&[upper, upper, lower, lower, upper, lower, depth, depth]);
        shapes
    }

    /// Makes the tiles of this thread so; they stay so until [`release`], as nothing between has tiles.
    ///
    /// # Safety
    /// There are tiles.
    unsafe fn set(&self) {
        // SAFETY: the caller's; `self` is what the instruction reads.
        unsafe {
            asm!(
                "ldtilecfg [{}]",
                in(reg) self,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                options(readonly, nostack, preserves_flags),
            );
        }
    }
}

/// Leaves the tiles of this thread, so that the system need not keep them.
///
/// # Safety
/// There are tiles.
unsafe fn release() {
    // SAFETY: the caller's.
    unsafe {
        asm!(
            "tilerelease",
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nomem, nostack, preserves_flags),
        );
    }
}

macro_rules! multiply {
    ($name:ident, $instruction:literal) => {
        /// See [`Multiply`].
        ///
        /// # Safety
        /// Amx have the shapes of the block's rows, and its rows and panels are whole.
        unsafe fn $name(block: Block<'_>) {
            let Block { product, rows, lines, panels, begin, sums } = block;
            let input = product.rows.wrapping_add(rows.start * product.stride + lines.start * 64);
            let [left, right] = panels
                .map(|n| product.panels.wrapping_add((n * product.lines + lines.start) * TILE));
            // Of up to 16 rows, both tiles get the same.
            let lower = if rows.len() > LANES { LANES } else { 0 };
            let sums = sums.as_mut_ptr();
            let (begin, begin_stride) = match begin {
                Some(begin) => (&raw const *begin, 0),
                None => (sums.cast_const(), size_of::<[Lanes; PANELS]>()),
            };
            // SAFETY: loads are within the rows and panels of the block, stores within its sums.
            unsafe {
                asm!(
                    "tileloadd tmm0, [{begin} + {line}*1]",
                    "tileloadd tmm1, [{begin} + {line}*1 + 64]",
                    "tileloadd tmm2, [{lower_begin} + {line}*1]",
                    "tileloadd tmm3, [{lower_begin} + {line}*1 + 64]",
                    "mov {line:e}, 64",
                    "2:",
                    "tileloadd tmm6, [{left} + {line}*1]",
                    "tileloadd tmm4, [{upper} + {stride}*1]",
                    concat!($instruction, " tmm0, tmm4, tmm6"),
                    "tileloadd tmm7, [{right} + {line}*1]",
                    concat!($instruction, " tmm1, tmm4, tmm7"),
                    "tileloadd tmm5, [{lower} + {stride}*1]",
                    concat!($instruction, " tmm2, tmm5, tmm6"),
                    concat!($instruction, " tmm3, tmm5, tmm7"),
                    "add {upper}, 64",
                    "add {lower}, 64",
                    "add {left}, {tile}",
                    "add {right}, {tile}",
                    "dec {steps}",
                    "jnz 2b",
                    "add {line}, 64",
                    "tilestored [{sums} + {line}*1], tmm0",
                    "tilestored [{sums} + {line}*1 + 64], tmm1",
                    "tilestored [{lower_sums} + {line}*1], tmm2",
                    "tilestored [{lower_sums} + {line}*1 + 64], tmm3",
                    begin = in(reg) begin,
                    lower_begin = in(reg) begin.wrapping_byte_add(lower * begin_stride),
                    line = inout(reg) begin_stride => _,
                    stride = in(reg) product.stride,
                    upper = inout(reg) input => _,
                    lower = inout(reg) input.wrapping_add(lower * product.stride) => _,
                    left = inout(reg) left => _,
                    right = inout(reg) right => _,
                    steps = inout(reg) lines.len() => _,
                    sums = in(reg) sums,
                    lower_sums = in(reg) sums.wrapping_add(lower),
                    tile = const TILE,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
        }
    };
}

multiply!(multiply_bf16, "tdpbf16ps");
// Inputs have a sign, weights have none.
multiply!(multiply_bytes, "tdpbsud");
