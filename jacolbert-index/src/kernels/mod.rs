//! The inner loops of building and searching: dot products of many rows against 32 rows at once,
//! unpacking of residuals, and the maxima over a passage's tokens; and the layouts that they read.
//!
//! The functions here are safe: they check lengths and dispatch to an instruction set. `scalar` is the
//! definition. Each floating-point product is accumulated with one fused multiply-add per component, in
//! the order of the components; sums of bytes are exact in 32 bits. The other files do the same
//! operations on more lanes, so that every implementation gives the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod byte_panels;
mod byte_rows;
mod kernel_set;
mod lanes;
mod panels;
mod prefetch;
mod scalar;
#[cfg(test)]
mod tests;

use jacolbert_core::dispatch;
use jacolbert_core::simd::Isa;

use kernel_set::Kernels;

pub(crate) use byte_panels::{BytePanels, Panel};
pub(crate) use byte_rows::{ZERO, from_bytes, row_len, rows_to_bytes, signed, to_bytes};
pub(crate) use lanes::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term};
pub use panels::Panels;
pub(crate) use prefetch::prefetch;

/// `dots[r][l] = rows[r] . panel[.., l]`, with `panel` as `[dim][LANES]` and `rows` as
/// `[dots.len(), dim]`.
///
/// # Panics
/// If the number of values in `rows` is not `dots.len() * panel.len()`.
pub(crate) fn dots(isa: Isa, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
    assert_eq!(rows.len(), dots.len() * panel.len(), "one row of dim values a result");
    if panel.is_empty() {
        return dots.fill([0.0; LANES]);
    }
    dispatch!(isa, dots(panel, rows, dots));
}

/// `dots[r][l] = rows[r] . panel[.., l]` in bytes, with `panel` as `[dim / 4][LANES][4]`, its components
/// within [`LARGEST_BYTE`](lanes::LARGEST_BYTE), and `rows` as `[dots.len(), dim]`.
///
/// # Panics
/// If the number of values in `rows` is not `4 * dots.len() * panel.len()`.
pub(crate) fn byte_dots(isa: Isa, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
    assert_eq!(rows.len(), 4 * dots.len() * panel.len(), "one row of dim bytes a result");
    if panel.is_empty() {
        return dots.fill([0; LANES]);
    }
    dispatch!(isa, byte_dots(panel, rows, dots));
}

/// The levels that rows of `len` bytes of `packed` name: byte b of a row holds the numbers of
/// components b, b + len, b + 2 len, and so on, in `bits` bits each, the first in the lowest. `bits` is
/// 1, 2 or 4.
///
/// # Panics
/// If `packed` does not consist of whole rows, or `unpacked` does not have one byte per component.
pub(crate) fn unpack(
    isa: Isa,
    bits: usize,
    packed: &[u8],
    len: usize,
    levels: &[u8; 16],
    unpacked: &mut [u8],
) {
    assert!(matches!(bits, 1 | 2 | 4), "several components share a byte");
    assert_eq!(unpacked.len() * bits, packed.len() * 8, "one level a component");
    if len > 0 {
        assert!(packed.len().is_multiple_of(len), "whole rows");
        dispatch!(isa, unpack(bits, packed, len, levels, unpacked));
    }
}

/// `row = factor * (centroid_scale * centroid + scale * levels)`, where bytes are distances from
/// [`ZERO`], and `scales` is `[centroid_scale, scale, factor]`.
pub(crate) fn decode(isa: Isa, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
    dispatch!(isa, decode(centroid, levels, scales, row));
}

/// Raises `best[l]` to the largest `factor * (base_scale * (base[l] - offsets[l]) + scale * (dots[l] -
/// offsets[l]))` of any token, each with its own term; a NaN changes nothing.
pub(crate) fn raise_best(
    isa: Isa,
    best: &mut Lanes,
    dots: &[ByteDots],
    offsets: &ByteDots,
    terms: &[Term<'_>],
) {
    dispatch!(isa, raise_best(best, dots, offsets, terms));
}

/// `exact[r][l] = scales[r] * (dots[r][l] - offsets[l])`.
pub(crate) fn scale_dots(
    isa: Isa,
    dots: &[ByteDots],
    offsets: &ByteDots,
    scales: &[f32],
    exact: &mut [Lanes],
) {
    dispatch!(isa, scale_dots(dots, offsets, scales, exact));
}

/// `coarse[r][l] = scales[r] * (dots[r][l] - offsets[l]) * steps[l]`, rounded and clamped to 0 to 255;
/// NaN becomes 0.
pub(crate) fn coarsen(
    isa: Isa,
    dots: &[ByteDots],
    offsets: &ByteDots,
    scales: &[f32],
    steps: &Lanes,
    coarse: &mut [CoarseLanes],
) {
    dispatch!(isa, coarsen(dots, offsets, scales, steps, coarse));
}

/// Raises `best` to the largest of the rows of `table` that `codes` name. Codes that the table does not
/// have, as in a damaged file, change nothing.
pub(crate) fn coarse_best<C: Copy + Into<u32>>(
    isa: Isa,
    table: &[CoarseLanes],
    codes: &[C],
    best: &mut CoarseLanes,
) {
    dispatch!(isa, coarse_best(table, codes, best));
}

/// Sets `reached` of the codes whose row of `table` reaches the threshold of any lane. Codes that the
/// table does not have change nothing.
pub(crate) fn mark_reached<C: Copy + Into<u32>>(
    isa: Isa,
    table: &[CoarseLanes],
    codes: &[C],
    thresholds: &CoarseLanes,
    reached: &mut [bool],
) {
    dispatch!(isa, mark_reached(table, codes, thresholds, reached));
}
