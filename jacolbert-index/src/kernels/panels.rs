//! Rows laid out for the kernels: panels of 32 rows, transposed.

use jacolbert_core::EmbeddingsRef;
use jacolbert_core::simd::Isa;

use super::lanes::{LANES, Lanes, keep_best};

/// Rows `[n, dim]` in transposed panels of 32, padded with zero rows. In this layout, dot products with many
/// other rows need no sum across a register. A query is kept like this during a search.
///
/// ```
/// use jacolbert_index::{Embeddings, Panels};
///
/// let query = Embeddings::new(vec![1.0, 0.0, 0.0, 1.0], 2)?;
/// let mut best = vec![f32::NEG_INFINITY; 2];
/// Panels::new(query.as_ref()).best_dots(&[0.6, 0.8, 0.8, 0.6], &mut best);
/// assert_eq!(best, [0.8, 0.8]);
/// # Ok::<(), jacolbert_index::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Panels {
    panels: Vec<Lanes>,
    num_rows: usize,
    dim: usize,
    isa: Isa,
}

/// Rows of one kernel call; their products stay in the first-level cache.
const ROWS_PER_CALL: usize = 8;

impl Panels {
    /// Lays out the rows of `embeddings`, `[n, dim]`.
    pub fn new(embeddings: EmbeddingsRef<'_>) -> Self {
        Self::of_rows(embeddings.values(), embeddings.dim())
    }

    /// Lays out `rows`, `[n, dim]` row-major, known to be whole.
    pub(crate) fn of_rows(rows: &[f32], dim: usize) -> Self {
        let mut panels = vec![[0.0; LANES]; (rows.len() / dim).div_ceil(LANES) * dim];
        for (n, row) in rows.chunks_exact(dim).enumerate() {
            let first = n / LANES * dim;
            for (lanes, &component) in panels[first..first + dim].iter_mut().zip(row) {
                lanes[n % LANES] = component;
            }
        }
        Self { panels, num_rows: rows.len() / dim, dim, isa: Isa::detected() }
    }

    /// Number of rows, without padding.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Length of a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Raises `best[n]` to the largest dot product of row n with any of `rows`, `[tokens, dim]`
    /// row-major: the inner maximum of MaxSim.
    ///
    /// # Panics
    /// If `best` does not have one entry per row, or `rows` does not consist of whole rows.
    pub fn best_dots(&self, rows: &[f32], best: &mut [f32]) {
        assert_eq!(best.len(), self.num_rows, "one best value a row");
        assert!(rows.len().is_multiple_of(self.dim), "whole rows");
        for (panel, best) in self.panels().zip(best.chunks_mut(LANES)) {
            let mut lanes = [f32::NEG_INFINITY; LANES];
            lanes[..best.len()].copy_from_slice(best);
            for rows in rows.chunks(ROWS_PER_CALL * self.dim) {
                let mut dots = [[0.0; LANES]; ROWS_PER_CALL];
                let dots = &mut dots[..rows.len() / self.dim];
                super::dots(self.isa, panel, rows, dots);
                dots.iter().for_each(|dots| keep_best(&mut lanes, dots));
            }
            best.copy_from_slice(&lanes[..best.len()]);
        }
    }

    /// All dot products of the rows with `rows`, `[tokens, dim]`: the result is
    /// `[tokens, num_rows]`, row-major.
    ///
    /// # Panics
    /// If `rows` does not consist of whole rows.
    pub fn dots(&self, rows: &[f32]) -> Vec<f32> {
        assert!(rows.len().is_multiple_of(self.dim), "whole rows");
        let mut all = vec![0.0; rows.len() / self.dim * self.num_rows];
        for (p, panel) in self.panels().enumerate() {
            let lanes = p * LANES..self.num_rows.min((p + 1) * LANES);
            for (block, rows) in rows.chunks(ROWS_PER_CALL * self.dim).enumerate() {
                let mut dots = [[0.0; LANES]; ROWS_PER_CALL];
                let dots = &mut dots[..rows.len() / self.dim];
                super::dots(self.isa, panel, rows, dots);
                for (r, dots) in dots.iter().enumerate() {
                    let first = (block * ROWS_PER_CALL + r) * self.num_rows;
                    let all = &mut all[first..first + self.num_rows];
                    all[lanes.clone()].copy_from_slice(&dots[..lanes.len()]);
                }
            }
        }
        all
    }

    fn panels(&self) -> impl Iterator<Item = &[Lanes]> {
        self.panels.chunks_exact(self.dim)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Embeddings, Error};

    fn matrix(max_rows: usize, dim: usize) -> impl Strategy<Value = Vec<f32>> {
        (1..=max_rows).prop_flat_map(move |n| prop::collection::vec(-1.0f32..1.0, n * dim))
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).fold(0.0, |sum, (&a, &b)| a.mul_add(b, sum))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn panels_agree_with_row_by_row_dots(held in matrix(70, 5), rows in matrix(100, 5)) {
            let panels = Panels::new(EmbeddingsRef::new(&held, 5)?);
            let dots = panels.dots(&rows);
            let mut best = vec![f32::NEG_INFINITY; panels.num_rows()];
            panels.best_dots(&rows, &mut best);
            for (r, row) in rows.chunks(5).enumerate() {
                for (h, held) in held.chunks(5).enumerate() {
                    let dot = dot(row, held);
                    prop_assert_eq!(dot, dots[r * panels.num_rows() + h]);
                    prop_assert!(best[h] >= dot);
                }
            }
            for (h, best) in best.iter().enumerate() {
                let reached = dots.iter().skip(h).step_by(panels.num_rows()).any(|d| d == best);
                prop_assert!(reached);
            }
        }
    }

    #[test]
    fn no_rows_leave_the_best_untouched() -> Result<(), Error> {
        let held = Embeddings::new(vec![1.0; 4], 2)?;
        let mut best = [0.25, f32::NEG_INFINITY];
        Panels::new(held.as_ref()).best_dots(&[], &mut best);
        assert_eq!(best, [0.25, f32::NEG_INFINITY]);
        Ok(())
    }
}
