//! The definition of each kernel, in plain Rust.
//!
//! The loops over lanes are written so that a compiler vectorises them: those of the floating-point
//! kernels where the baseline has fused multiply-add (ARM64), all others anywhere. The methods marked
//! `inline(always)` are compiled again inside the vector files, with wider registers.

use jacolbert_core::simd::Scalar;

use super::byte_rows::signed;
use super::kernel_set::Kernels;
use super::lanes::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term};

/// Adding this to a number from 0 to 255 leaves its nearest integer in the lowest byte.
const ROUND: f32 = 8_388_608.0;

impl Kernels for Scalar {
    fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        if panel.is_empty() {
            return dots.fill([0.0; LANES]);
        }
        for (row, dots) in rows.chunks_exact(panel.len()).zip(dots) {
            *dots = [0.0; LANES];
            for (&component, lanes) in row.iter().zip(panel) {
                for (dot, &lane) in dots.iter_mut().zip(lanes) {
                    *dot = component.mul_add(lane, *dot);
                }
            }
        }
    }

    fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
        for (row, dots) in rows.chunks_exact(4 * panel.len()).zip(dots) {
            *dots = [0; LANES];
            for (components, lanes) in row.as_chunks::<4>().0.iter().zip(panel) {
                for (dot, lane) in dots.iter_mut().zip(lanes.as_chunks::<4>().0) {
                    let products =
                        components.iter().zip(lane).map(|(&a, &b)| i32::from(a) * i32::from(b));
                    *dot += products.sum::<i32>();
                }
            }
        }
    }

    fn unpack(
        self,
        bits: usize,
        packed: &[u8],
        len: usize,
        levels: &[u8; 16],
        unpacked: &mut [u8],
    ) {
        let mask = (1 << bits) - 1;
        for (packed, row) in packed.chunks_exact(len).zip(unpacked.chunks_exact_mut(len * 8 / bits))
        {
            for (n, unpacked) in row.chunks_exact_mut(len).enumerate() {
                for (level, &byte) in unpacked.iter_mut().zip(packed) {
                    *level = levels[usize::from(byte >> (n * bits) & mask)];
                }
            }
        }
    }

    #[inline(always)]
    fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
        let [centroid_scale, scale, factor] = scales;
        for ((value, &centroid), &level) in row.iter_mut().zip(centroid).zip(levels) {
            *value = factor * (centroid_scale * signed(centroid) + scale * signed(level));
        }
    }

    #[inline(always)]
    fn raise_best(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    ) {
        for (dots, term) in dots.iter().zip(terms) {
            for lane in 0..LANES {
                let base = (term.base[lane] - offsets[lane]) as f32;
                let residual = (dots[lane] - offsets[lane]) as f32;
                let dot = term.factor * (term.base_scale * base + term.scale * residual);
                best[lane] = if dot > best[lane] { dot } else { best[lane] };
            }
        }
    }

    #[inline(always)]
    fn scale_dots(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        exact: &mut [Lanes],
    ) {
        for ((dots, &scale), exact) in dots.iter().zip(scales).zip(exact) {
            for lane in 0..LANES {
                exact[lane] = scale * (dots[lane] - offsets[lane]) as f32;
            }
        }
    }

    #[inline(always)]
    fn coarsen(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        steps: &Lanes,
        coarse: &mut [CoarseLanes],
    ) {
        for ((dots, &scale), coarse) in dots.iter().zip(scales).zip(coarse) {
            for lane in 0..LANES {
                let scaled = scale * (dots[lane] - offsets[lane]) as f32 * steps[lane];
                let clamped = if scaled > 0.0 { scaled } else { 0.0 };
                let clamped = if clamped < 255.0 { clamped } else { 255.0 };
                coarse[lane] = (clamped + ROUND).to_bits() as u8;
            }
        }
    }

    #[inline(always)]
    fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    ) {
        let mut kept = *best;
        for &code in codes {
            let code: u32 = code.into();
            if let Some(scores) = table.get(code as usize) {
                for lane in 0..LANES {
                    kept[lane] = kept[lane].max(scores[lane]);
                }
            }
        }
        *best = kept;
    }

    #[inline(always)]
    fn mark_reached<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    ) {
        for (&code, reached) in codes.iter().zip(reached) {
            let code: u32 = code.into();
            let Some(scores) = table.get(code as usize) else { continue };
            let mut any = 0;
            for lane in 0..LANES {
                any |= u8::from(scores[lane] >= thresholds[lane]);
            }
            *reached |= any != 0;
        }
    }
}
