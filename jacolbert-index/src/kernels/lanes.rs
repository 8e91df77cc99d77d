//! The shapes of data that all kernels share.

/// Rows of a panel: the width of every kernel.
pub(crate) const LANES: usize = 32;

/// One value per row of a panel.
pub(crate) type Lanes = [f32; LANES];

/// Four components of each row of a panel of bytes; those of one row are adjacent.
pub(crate) type ByteLanes = [i8; 4 * LANES];

/// One coarse score per row of a panel.
pub(crate) type CoarseLanes = [u8; LANES];

/// One byte dot product per row of a panel.
pub(crate) type ByteDots = [i32; LANES];

/// The largest absolute value of a component of a panel of bytes. Four products of it with a `u8` fit
/// the 16 bits in which AVX2 adds them.
pub(crate) const LARGEST_BYTE: i8 = 31;

/// What turns the byte dot products `d` of one token into real ones: `factor * (base_scale * base +
/// scale * d)`, where `base` and `d` are first reduced by the product with a row of zeros.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term<'a> {
    /// The byte dot products of the token's centroid.
    pub(crate) base: &'a ByteDots,
    pub(crate) base_scale: f32,
    pub(crate) scale: f32,
    pub(crate) factor: f32,
}

/// The first `N` rows of `all`, each of length `len`.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
pub(super) fn first_rows<T, const N: usize>(all: &[T], len: usize) -> [&[T]; N] {
    let mut rows = [&all[..0]; N];
    for (n, row) in rows.iter_mut().enumerate() {
        *row = &all[n * len..(n + 1) * len];
    }
    rows
}

/// `best[l] = max(best[l], dots[l])`; where `dots` is NaN, `best` stays.
pub(crate) fn keep_best(best: &mut Lanes, dots: &Lanes) {
    for (best, &dot) in best.iter_mut().zip(dots) {
        *best = if dot > *best { dot } else { *best };
    }
}
