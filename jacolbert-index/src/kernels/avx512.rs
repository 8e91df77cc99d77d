//! The kernels on AVX-512: eight rows by 32 lanes in sixteen registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use super::avx2::Avx2;
use super::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term, parts, scalar};

/// Proof that the machine has AVX-512 with VNNI, and AVX2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512 {
    avx2: Avx2,
}

const WIDTH: usize = 16;
const REGISTERS: usize = LANES / WIDTH;
const ROWS_PER_BLOCK: usize = 8;

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        Avx2::new().filter(|_| wide).map(|avx2| Self { avx2 })
    }

    /// See [`super::Isa::dots`].
    pub(super) fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        // SAFETY: a value of this type exists only where AVX-512F was detected.
        unsafe { blocked_dots(panel, rows, dots) }
    }

    /// See [`super::Isa::byte_dots`].
    pub(super) fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
        // SAFETY: a value of this type exists only where AVX-512 with VNNI was detected.
        unsafe { blocked_byte_dots(panel, rows, dots) }
    }

    /// See [`super::Isa::unpack`]; the rows are too short for wider registers to pay.
    pub(super) fn unpack(
        self,
        bits: usize,
        packed: &[u8],
        len: usize,
        levels: &[u8; 16],
        unpacked: &mut [u8],
    ) {
        self.avx2.unpack(bits, packed, len, levels, unpacked);
    }

    /// See [`super::Isa::decode`].
    pub(super) fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
        self.avx2.decode(centroid, levels, scales, row);
    }

    /// See [`super::Isa::raise`].
    pub(super) fn raise(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { raise(best, dots, offsets, terms) }
    }

    /// See [`super::Isa::scale`].
    pub(super) fn scale(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        exact: &mut [Lanes],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { scale(dots, offsets, scales, exact) }
    }

    /// See [`super::Isa::coarsen`].
    pub(super) fn coarsen(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        steps: &Lanes,
        coarse: &mut [CoarseLanes],
    ) {
        // SAFETY: a value of this type exists only where these features were detected.
        unsafe { coarsen(dots, offsets, scales, steps, coarse) }
    }

    /// See [`super::Isa::coarse_best`]; a row fills one register of AVX2.
    pub(super) fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    ) {
        self.avx2.coarse_best(table, codes, best);
    }

    /// See [`super::Isa::reach`]; a row fills one register of AVX2.
    pub(super) fn reach<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    ) {
        self.avx2.reach(table, codes, thresholds, reached);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn raise(best: &mut Lanes, dots: &[ByteDots], offsets: &ByteDots, terms: &[Term<'_>]) {
    scalar::raise(best, dots, offsets, terms);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn scale(dots: &[ByteDots], offsets: &ByteDots, scales: &[f32], exact: &mut [Lanes]) {
    scalar::scale(dots, offsets, scales, exact);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn coarsen(
    dots: &[ByteDots],
    offsets: &ByteDots,
    scales: &[f32],
    steps: &Lanes,
    coarse: &mut [CoarseLanes],
) {
    scalar::coarsen(dots, offsets, scales, steps, coarse);
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn blocked_byte_dots(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
    let dim = 4 * panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<ROWS_PER_BLOCK>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * ROWS_PER_BLOCK * dim);
    for (rows, dots) in block_rows.chunks_exact(ROWS_PER_BLOCK * dim).zip(blocks) {
        byte_block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        byte_block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn byte_block<const ROWS: usize>(panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots; ROWS]) {
    let groups = rows.as_chunks::<4>().0;
    let rows: [&[[u8; 4]]; ROWS] = parts(groups, panel.len());
    let mut sums = [[_mm512_setzero_si512(); REGISTERS]; ROWS];
    for (g, lanes) in panel.iter().enumerate() {
        // SAFETY: `lanes` is as long as two registers.
        let lanes = unsafe {
            [
                _mm512_loadu_si512(lanes.as_ptr().cast()),
                _mm512_loadu_si512(lanes.as_ptr().add(4 * WIDTH).cast()),
            ]
        };
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `g < panel.len()`, the length of each row in groups.
            let group = i32::from_le_bytes(unsafe { *row.get_unchecked(g) });
            let components = _mm512_set1_epi32(group);
            for (sum, lanes) in sums.iter_mut().zip(lanes) {
                *sum = _mm512_dpbusd_epi32(*sum, components, lanes);
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm512_storeu_si512(dots.as_mut_ptr().add(register * WIDTH).cast(), sum) };
        }
    }
}

#[target_feature(enable = "avx512f")]
fn blocked_dots(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
    let dim = panel.len();
    let (blocks, rest) = dots.as_chunks_mut::<ROWS_PER_BLOCK>();
    let (block_rows, rest_rows) = rows.split_at(blocks.len() * ROWS_PER_BLOCK * dim);
    for (rows, dots) in block_rows.chunks_exact(ROWS_PER_BLOCK * dim).zip(blocks) {
        block(panel, rows, dots);
    }
    for (row, dots) in rest_rows.chunks_exact(dim).zip(rest) {
        block(panel, row, std::array::from_mut(dots));
    }
}

#[target_feature(enable = "avx512f")]
fn block<const ROWS: usize>(panel: &[Lanes], rows: &[f32], dots: &mut [Lanes; ROWS]) {
    let dim = panel.len();
    let rows: [&[f32]; ROWS] = parts(rows, dim);
    let mut sums = [[_mm512_setzero_ps(); REGISTERS]; ROWS];
    for (d, lanes) in panel.iter().enumerate() {
        // SAFETY: `lanes` is as long as two registers.
        let lanes = unsafe {
            [_mm512_loadu_ps(lanes.as_ptr()), _mm512_loadu_ps(lanes.as_ptr().add(WIDTH))]
        };
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: `d < dim`, the length of each row.
            let component = _mm512_set1_ps(unsafe { *row.get_unchecked(d) });
            for (sum, lanes) in sums.iter_mut().zip(lanes) {
                *sum = _mm512_fmadd_ps(component, lanes, *sum);
            }
        }
    }
    for (sums, dots) in sums.iter().zip(dots) {
        for (register, &sum) in sums.iter().enumerate() {
            // SAFETY: `register * WIDTH + WIDTH <= LANES`, the length of `dots`.
            unsafe { _mm512_storeu_ps(dots.as_mut_ptr().add(register * WIDTH), sum) };
        }
    }
}
