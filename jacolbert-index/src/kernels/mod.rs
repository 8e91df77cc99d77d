//! The inner loops of building and searching: dot products of many rows against 32 rows at once,
//! unpacking of residuals, and the maxima over a passage's tokens.
//!
//! This module is safe and dispatches. [`scalar`] is the definition: each floating-point product is
//! accumulated with one fused multiply-add per component, in the order of the components; sums of
//! bytes are exact in 32 bits. The vector files do the same operations on more lanes, so that every
//! implementation gives the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

/// Rows of a panel: the width of every kernel.
pub(crate) const LANES: usize = 32;

/// One value per row of a panel.
pub(crate) type Lanes = [f32; LANES];

/// Four components of each row of a panel of bytes, those of a row side by side.
pub(crate) type ByteLanes = [i8; 4 * LANES];

/// One coarse score per row of a panel.
pub(crate) type CoarseLanes = [u8; LANES];

/// One byte dot product per row of a panel.
pub(crate) type ByteDots = [i32; LANES];

/// The largest absolute value of a component of a panel of bytes: four products of it with a `u8`
/// still fit the 16 bits in which AVX2 adds them.
pub(crate) const LARGEST_BYTE: i8 = 31;

/// What turns the byte dot products `d` of one token into real ones: `factor * (base_scale * base +
/// scale * d)`, all less what a row of zeros gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term<'a> {
    /// The byte dot products of the token's centroid.
    pub(crate) base: &'a ByteDots,
    pub(crate) base_scale: f32,
    pub(crate) scale: f32,
    pub(crate) factor: f32,
}

/// The instruction set that the kernels run on; a value is the proof that the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

/// Calls the same method of whatever instruction set there is.
macro_rules! dispatch {
    ($isa:expr, $kernel:ident($($argument:expr),*)) => {
        match $isa {
            Isa::Scalar => scalar::$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2(avx2) => avx2.$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(avx512) => avx512.$kernel($($argument),*),
        }
    };
}

impl Isa {
    /// The widest one that this machine has.
    pub(crate) fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx512) = avx512::Avx512::new() {
                return Self::Avx512(avx512);
            }
            if let Some(avx2) = avx2::Avx2::new() {
                return Self::Avx2(avx2);
            }
        }
        Self::Scalar
    }

    /// `dots[r][l] = rows[r] . panel[.., l]`, with `panel` as `[dim][LANES]` and `rows` as
    /// `[dots.len(), dim]`.
    ///
    /// # Panics
    /// If the number of values in `rows` is not `dots.len() * panel.len()`.
    pub(crate) fn dots(self, panel: &[Lanes], rows: &[f32], dots: &mut [Lanes]) {
        assert_eq!(rows.len(), dots.len() * panel.len(), "one row of dim values a result");
        if panel.is_empty() {
            return dots.fill([0.0; LANES]);
        }
        dispatch!(self, dots(panel, rows, dots));
    }

    /// `dots[r][l] = rows[r] . panel[.., l]` in bytes, with `panel` as `[dim / 4][LANES][4]`, its
    /// components within [`LARGEST_BYTE`], and `rows` as `[dots.len(), dim]`.
    ///
    /// # Panics
    /// If the number of values in `rows` is not `4 * dots.len() * panel.len()`.
    pub(crate) fn byte_dots(self, panel: &[ByteLanes], rows: &[u8], dots: &mut [ByteDots]) {
        assert_eq!(rows.len(), 4 * dots.len() * panel.len(), "one row of dim bytes a result");
        if panel.is_empty() {
            return dots.fill([0; LANES]);
        }
        dispatch!(self, byte_dots(panel, rows, dots));
    }

    /// The levels that rows of `len` bytes of `packed` name: byte b of a row holds the numbers of
    /// components b, b + len, b + 2 len, and so on, in `bits` bits each, the first in the lowest.
    /// `bits` is 1, 2 or 4.
    ///
    /// # Panics
    /// If `packed` is not made of whole rows, or `unpacked` does not have one byte a component.
    pub(crate) fn unpack(
        self,
        bits: usize,
        packed: &[u8],
        len: usize,
        levels: &[u8; 16],
        unpacked: &mut [u8],
    ) {
        assert!(matches!(bits, 1 | 2 | 4), "bits that several components share a byte with");
        assert_eq!(unpacked.len() * bits, packed.len() * 8, "one level a component");
        if len > 0 {
            assert!(packed.len().is_multiple_of(len), "whole rows");
            dispatch!(self, unpack(bits, packed, len, levels, unpacked));
        }
    }

    /// `row = factor * (centroid_scale * centroid + scale * levels)`, bytes being distances from
    /// [`ZERO`](crate::byte_rows::ZERO), and `scales` being `centroid_scale`, `scale` and `factor`.
    pub(crate) fn decode(self, centroid: &[u8], levels: &[u8], scales: [f32; 3], row: &mut [f32]) {
        dispatch!(self, decode(centroid, levels, scales, row));
    }

    /// Raises `best[l]` to the largest `factor * (base_scale * (base[l] - offsets[l]) + scale * (dots[l] -
    /// offsets[l]))` of any token, each with its own term; a NaN changes nothing.
    pub(crate) fn raise(
        self,
        best: &mut Lanes,
        dots: &[ByteDots],
        offsets: &ByteDots,
        terms: &[Term<'_>],
    ) {
        dispatch!(self, raise(best, dots, offsets, terms));
    }

    /// `exact[r][l] = scales[r] * (dots[r][l] - offsets[l])`.
    pub(crate) fn scale(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        exact: &mut [Lanes],
    ) {
        dispatch!(self, scale(dots, offsets, scales, exact));
    }

    /// `coarse[r][l]`: `scales[r] * (dots[r][l] - offsets[l]) * steps[l]`, rounded and kept within 0 to
    /// 255; NaN is 0.
    pub(crate) fn coarsen(
        self,
        dots: &[ByteDots],
        offsets: &ByteDots,
        scales: &[f32],
        steps: &Lanes,
        coarse: &mut [CoarseLanes],
    ) {
        dispatch!(self, coarsen(dots, offsets, scales, steps, coarse));
    }

    /// Raises `best` to the largest of the rows of `table` that `codes` name; codes that the table
    /// does not have, in a damaged file, change nothing.
    pub(crate) fn coarse_best<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        best: &mut CoarseLanes,
    ) {
        dispatch!(self, coarse_best(table, codes, best));
    }

    /// Sets `reached` of the codes whose row of `table` reaches the threshold of any lane; codes that
    /// the table does not have change nothing.
    pub(crate) fn reach<C: Copy + Into<u32>>(
        self,
        table: &[CoarseLanes],
        codes: &[C],
        thresholds: &CoarseLanes,
        reached: &mut [bool],
    ) {
        dispatch!(self, reach(table, codes, thresholds, reached));
    }
}

/// Asks for the bytes to be brought near the processor; they will be read soon.
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    avx2::prefetch(bytes);
    #[cfg(not(target_arch = "x86_64"))]
    let _no_hint = bytes;
}

/// The first `N` parts of `all`, each `len` long.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
fn parts<T, const N: usize>(all: &[T], len: usize) -> [&[T]; N] {
    let mut parts = [&all[..0]; N];
    for (n, part) in parts.iter_mut().enumerate() {
        *part = &all[n * len..(n + 1) * len];
    }
    parts
}

/// `best[l] = max(best[l], dots[l])`, keeping `best` where `dots` is NaN.
pub(crate) fn keep_best(best: &mut Lanes, dots: &Lanes) {
    for (best, &dot) in best.iter_mut().zip(dots) {
        *best = if dot > *best { dot } else { *best };
    }
}

#[cfg(test)]
mod tests;
