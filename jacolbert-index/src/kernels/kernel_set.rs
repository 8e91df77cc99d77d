//! The operations that are written once for each instruction set.

use super::lanes::{ByteDots, ByteLanes, CoarseLanes, Lanes, Term};

/// The kernels of one instruction set. [`Scalar`](jacolbert_core::simd::Scalar) defines them; the others
/// give the same bits.
///
/// Callers check the lengths, as the functions of [`kernels`](super) do.
pub(super) trait Kernels: Copy {
    /// `dots[r][l] = rows[r] . panel[.., l]`, with `panel` as `[dim][LANES]` and `rows` as
    /// `[dots.len(), dim]`; `dim` is at least 1.
    fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]);

    /// `dots[r][l] = rows[r] . panel[.., l]` in bytes, with `panel` as `[dim / 4][LANES][4]` and `rows`
    /// as `[dots.len(), dim]`; `dim` is at least 4.
    fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]);

    /// The levels that rows of `len` bytes of `packed` name, `bits` bits each.
    fn unpack(self, bits: usize, packed: &[u8], len: usize, levels: &[u8; 16], unpacked: &mut [u8]);

    /// `row = factor * (centroid_scale * centroid + scale * levels)`, with `scales` as
    /// `[centroid_scale, scale, factor]`.
    fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]);

    /// Raises `best[l]` to the largest product of lane `l` with any token.
    fn raise_best(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    );

    /// `exact[r][l] = scales[r] * (dots[r][l] - offsets[l])`.
    fn scale_dots(self, dots: &[ByteDots], offsets: &ByteDots, scales: &[f32], exact: &mut [Lanes]);

    /// `coarse[r][l] = scales[r] * (dots[r][l] - offsets[l]) * steps[l]`, rounded and clamped to a byte.
    fn coarsen(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        steps: &Lanes,
        coarse: &mut [CoarseLanes],
    );

    /// Raises `best` to the largest of the rows of `table` that `codes` name.
    fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    );

    /// Sets `reached` of the codes whose row of `table` reaches the threshold of any lane.
    fn mark_reached<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    );
}
