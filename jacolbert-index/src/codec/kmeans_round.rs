//! One round of spherical k-means.

use jacolbert_core::normalise;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::nearest_centroids::{Nearest, NearestCentroids};
use crate::storage::{ROWS_PER_BLOCK, Spool, SpooledRows};
use crate::{EmbeddingsRef, Error};

/// `k` rows of `sample`, `[k, dim]`, drawn with `seed`.
pub(super) fn draw_rows(sample: &Spool, k: usize, seed: u64) -> Result<Vec<f32>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = rand::seq::index::sample(&mut rng, sample.num_rows(), k).into_vec();
    drawn.sort_unstable();
    let mut rows = SpooledRows::default();
    sample.sample(&drawn)?.read(0..k, &mut rows)?;
    Ok(rows.units)
}

/// The normalised mean of each centroid's rows of `sample`, `[k, dim]`, summed in row order. A centroid
/// without any row takes the place of the row that fits worst.
pub(super) fn mean_directions(
    sample: &Spool,
    search: &NearestCentroids<'_>,
) -> Result<Vec<f32>, Error> {
    let dim = sample.dim();
    let mut sums = Sums::new(search.num_centroids(), dim);
    let mut fits = Vec::with_capacity(sample.num_rows());
    sample.for_each_block(ROWS_PER_BLOCK, |_, rows| {
        let nearest = search.assign(EmbeddingsRef::new(&rows.units, dim)?);
        sums.add(&rows.units, &nearest);
        fits.extend(nearest.iter().map(|nearest| nearest.dot));
        Ok(())
    })?;
    sums.directions(sample, &fits)
}

/// Sums of the rows of each centroid, and how many they are.
struct Sums {
    sums: Vec<f32>,
    counts: Vec<u32>,
    dim: usize,
}

impl Sums {
    fn new(k: usize, dim: usize) -> Self {
        Self { sums: vec![0.0; k * dim], counts: vec![0; k], dim }
    }

    fn add(&mut self, rows: &[f32], nearest: &[Nearest]) {
        for (row, nearest) in rows.chunks_exact(self.dim).zip(nearest) {
            let centroid = nearest.centroid as usize;
            let sum = &mut self.sums[centroid * self.dim..][..self.dim];
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            self.counts[centroid] += 1;
        }
    }

    fn directions(self, sample: &Spool, fits: &[f32]) -> Result<Vec<f32>, Error> {
        let Self { mut sums, counts, dim } = self;
        let num_empty = counts.iter().filter(|&&count| count == 0).count();
        let replacements = worst_fitting(sample, fits, num_empty)?;
        let mut replacements = replacements.chunks_exact(dim);
        for (mean, count) in sums.chunks_exact_mut(dim).zip(counts) {
            match replacements.len() {
                1.. if count == 0 => {
                    let worst = replacements.next().unwrap_or_default();
                    mean.copy_from_slice(worst);
                }
                _ => {
                    normalise(mean);
                }
            }
        }
        Ok(sums)
    }
}

/// The `n` rows with the lowest fits, `[n, dim]`.
fn worst_fitting(sample: &Spool, fits: &[f32], n: usize) -> Result<Vec<f32>, Error> {
    let mut rows: Vec<usize> = (0..fits.len()).collect();
    if n > 0 {
        rows.sort_unstable_by(|&a, &b| fits[a].total_cmp(&fits[b]).then(a.cmp(&b)));
    }
    rows.truncate(n);
    rows.sort_unstable();
    let mut worst = SpooledRows::default();
    sample.sample(&rows)?.read(0..rows.len(), &mut worst)?;
    Ok(worst.units)
}
