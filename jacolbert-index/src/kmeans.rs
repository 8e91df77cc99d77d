//! Seeded spherical k-means.

use std::ops::ControlFlow;

use jacolbert_core::normalise;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::nearest_centroids::{Nearest, NearestCentroids};
use crate::spool::{ROWS_PER_BLOCK, Spool, SpooledRows};
use crate::{EmbeddingsRef, Error};

/// Unit centroids `[k, dim]` of the unit rows of `sample`, by `iterations` rounds of spherical
/// k-means from `k` of its rows drawn with `seed`.
///
/// A centroid that loses all its rows takes the place of the row that fits worst. The result does
/// not depend on the number of threads. `progress` is called after each round and may end it all.
pub(crate) fn spherical_kmeans(
    sample: &Spool,
    k: usize,
    iterations: usize,
    seed: u64,
    progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Vec<f32>, Error> {
    let mut centroids = drawn_rows(sample, k, seed)?;
    for round in 1..=iterations {
        centroids = mean_directions(sample, &centroids, seed)?;
        if progress(round).is_break() {
            return Err(Error::Cancelled);
        }
    }
    Ok(centroids)
}

/// As [`spherical_kmeans`], of rows that are few.
pub(crate) fn spherical_kmeans_of(
    rows: EmbeddingsRef<'_>,
    k: usize,
    iterations: usize,
    seed: u64,
) -> Result<Vec<f32>, Error> {
    let mut sample = Spool::in_memory(rows.dim());
    sample.push(rows)?;
    spherical_kmeans(&sample, k, iterations, seed, &mut |_| ControlFlow::Continue(()))
}

fn drawn_rows(sample: &Spool, k: usize, seed: u64) -> Result<Vec<f32>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = rand::seq::index::sample(&mut rng, sample.num_rows(), k).into_vec();
    drawn.sort_unstable();
    let mut rows = SpooledRows::default();
    sample.sample(&drawn)?.read(0..k, &mut rows)?;
    Ok(rows.units)
}

/// The normalised mean of each centroid's rows, summed in row order.
fn mean_directions(sample: &Spool, centroids: &[f32], seed: u64) -> Result<Vec<f32>, Error> {
    let dim = sample.dim();
    let search = NearestCentroids::new(EmbeddingsRef::new(centroids, dim)?, seed)?;
    let mut sums = Sums::new(centroids.len() / dim, dim);
    let mut fits = Vec::with_capacity(sample.num_rows());
    sample.for_each_block(ROWS_PER_BLOCK, |_, rows| {
        let nearest = search.of(EmbeddingsRef::new(&rows.units, dim)?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Embeddings, Error};

    fn ring(n: usize) -> Result<Embeddings, Error> {
        let angle = |i: usize| i as f32 / n as f32 * std::f32::consts::TAU;
        Ok(Embeddings::new((0..n).flat_map(|i| [angle(i).cos(), angle(i).sin()]).collect(), 2)?)
    }

    fn mean_dot(centroids: &[f32], rows: EmbeddingsRef<'_>) -> Result<f32, Error> {
        let centroids = EmbeddingsRef::new(centroids, rows.dim())?;
        let nearest = NearestCentroids::new(centroids, 1)?.of(rows);
        Ok(nearest.iter().map(|nearest| nearest.dot).sum::<f32>() / nearest.len() as f32)
    }

    #[test]
    fn rounds_do_not_lower_the_fit() -> Result<(), Error> {
        let rows = ring(500)?;
        let fit = |rounds| {
            let centroids = spherical_kmeans_of(rows.as_ref(), 9, rounds, 1)?;
            mean_dot(&centroids, rows.as_ref())
        };
        assert!(fit(0)? < fit(4)? && fit(4)? <= fit(20)? + 1e-6);
        Ok(())
    }

    #[test]
    fn same_seed_gives_the_same_bytes_on_any_number_of_threads() -> Result<(), Error> {
        let rows = ring(5_000)?;
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.expect("a pool of threads");
            pool.install(|| spherical_kmeans_of(rows.as_ref(), 2_000, 3, 7))
        };
        assert_eq!(run(1)?, run(3)?);
        Ok(())
    }

    #[test]
    fn centroids_that_lose_their_rows_come_back_elsewhere() -> Result<(), Error> {
        let twice = [1.0, 0.0].repeat(50);
        let rows = Embeddings::new([twice, vec![0.0, 1.0]].concat(), 2)?;
        let centroids = spherical_kmeans_of(rows.as_ref(), 3, 3, 0)?;
        assert!(mean_dot(&centroids, rows.as_ref())? > 0.999_999);
        Ok(())
    }
}
