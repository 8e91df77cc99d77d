//! The inner loops: dot products of many rows against 32 rows at once.
//!
//! This module is safe and dispatches. [`scalar`] is the definition: each product is accumulated
//! with one fused multiply-add per component, in the order of the components. The vector files do
//! the same operations on more lanes, so that every implementation gives the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

/// Rows of a panel: the width of every kernel.
pub(crate) const LANES: usize = 32;

/// One value per row of a panel.
pub(crate) type Lanes = [f32; LANES];

/// The instruction set that the kernels run on; a value is the proof that the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
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
        match self {
            Self::Scalar => scalar::dots(panel, rows, dots),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.dots(panel, rows, dots),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(avx512) => avx512.dots(panel, rows, dots),
        }
    }
}

/// `best[l] = max(best[l], dots[l])`, keeping `best` where `dots` is NaN.
pub(crate) fn keep_best(best: &mut Lanes, dots: &Lanes) {
    for (best, &dot) in best.iter_mut().zip(dots) {
        *best = if dot > *best { dot } else { *best };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn every_isa() -> Vec<Isa> {
        #[cfg_attr(not(target_arch = "x86_64"), allow(unused_mut))]
        let mut all = vec![Isa::Scalar];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::new().map(Isa::Avx2));
            all.extend(avx512::Avx512::new().map(Isa::Avx512));
        }
        all
    }

    fn values(n: usize, seed: u32) -> Vec<f32> {
        let mut state = seed | 1;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        std::iter::repeat_with(next).take(n).collect()
    }

    fn panel(dim: usize, seed: u32) -> Vec<Lanes> {
        let values = values(dim * LANES, seed);
        values.chunks_exact(LANES).map(|lanes| std::array::from_fn(|l| lanes[l])).collect()
    }

    proptest! {
        #[test]
        fn every_isa_gives_the_same_bits(n_rows in 0usize..=100, dim in 0usize..=40, seed: u32) {
            let (panel, rows) = (panel(dim, seed), values(n_rows * dim, seed ^ 77));
            let mut expected = vec![[0.0; LANES]; n_rows];
            scalar::dots(&panel, &rows, &mut expected);
            for isa in every_isa() {
                let mut dots = vec![[f32::NAN; LANES]; n_rows];
                isa.dots(&panel, &rows, &mut dots);
                let bits = |dots: &[Lanes]| -> Vec<u32> {
                    dots.iter().flatten().map(|dot| dot.to_bits()).collect()
                };
                prop_assert_eq!(bits(&dots), bits(&expected), "{:?}", isa);
            }
        }
    }

    #[test]
    fn dot_is_the_sum_of_products() {
        let (panel, rows) = (panel(128, 3), values(128, 4));
        let mut dots = [[0.0; LANES]];
        scalar::dots(&panel, &rows, &mut dots);
        for lane in 0..LANES {
            let exact: f64 =
                rows.iter().zip(&panel).map(|(&r, p)| f64::from(r) * f64::from(p[lane])).sum();
            assert!((f64::from(dots[0][lane]) - exact).abs() < 1e-4);
        }
    }

    #[test]
    fn best_keeps_its_value_against_nan() {
        let mut best = [1.0; LANES];
        keep_best(&mut best, &[f32::NAN; LANES]);
        assert_eq!(best, [1.0; LANES]);
    }
}
