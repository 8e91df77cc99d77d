//! Seeded spherical k-means.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;

use crate::EmbeddingsRef;
use crate::panels::{Nearest, Panels};

/// Rows that one task assigns; fixed, so that the number of threads changes nothing.
const ROWS_PER_TASK: usize = 1_024;

/// Unit centroids `[k, dim]` of the unit rows `sample`, by `iterations` rounds of spherical
/// k-means from `k` rows drawn with `seed`.
///
/// A centroid that loses all its rows takes the place of the row that fits worst. The result does
/// not depend on the number of threads. `progress` is called after each round.
pub(crate) fn spherical_kmeans(
    sample: EmbeddingsRef<'_>,
    k: usize,
    iterations: usize,
    seed: u64,
    progress: &mut dyn FnMut(usize),
) -> Vec<f32> {
    let mut centroids = drawn_rows(sample, k, seed);
    for round in 1..=iterations {
        let nearest = nearest_centroids(&centroids, sample);
        centroids = mean_directions(sample, &nearest, &centroids);
        progress(round);
    }
    centroids
}

/// For each row of `rows` the nearest of `centroids` `[k, dim]`, on all cores.
pub(crate) fn nearest_centroids(centroids: &[f32], rows: EmbeddingsRef<'_>) -> Vec<Nearest> {
    let panels = Panels::of_rows(centroids, rows.dim());
    let mut nearest = vec![Nearest::default(); rows.num_tokens()];
    nearest
        .par_chunks_mut(ROWS_PER_TASK)
        .zip(rows.values().par_chunks(ROWS_PER_TASK * rows.dim()))
        .for_each(|(nearest, rows)| panels.nearest(rows, nearest));
    nearest
}

fn drawn_rows(sample: EmbeddingsRef<'_>, k: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = rand::seq::index::sample(&mut rng, sample.num_tokens(), k).into_vec();
    drawn.sort_unstable();
    drawn.into_iter().flat_map(|row| sample.row(row)).copied().collect()
}

/// The normalised mean of each centroid's rows, summed in row order.
fn mean_directions(sample: EmbeddingsRef<'_>, nearest: &[Nearest], centroids: &[f32]) -> Vec<f32> {
    let dim = sample.dim();
    let members = Members::new(nearest, centroids.len() / dim);
    let mut means = centroids.to_vec();
    means.par_chunks_mut(dim).enumerate().for_each(|(centroid, mean)| {
        let rows = members.of(centroid);
        if !rows.is_empty() {
            mean.fill(0.0);
            for &row in rows {
                let row = sample.row(row as usize);
                mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value);
            }
            normalise(mean);
        }
    });
    let mut worst = worst_fitting(nearest, members.num_empty()).into_iter();
    for centroid in (0..centroids.len() / dim).filter(|&c| members.of(c).is_empty()) {
        if let Some(row) = worst.next() {
            means[centroid * dim..][..dim].copy_from_slice(sample.row(row));
        }
    }
    means
}

fn worst_fitting(nearest: &[Nearest], n: usize) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..nearest.len()).collect();
    if n > 0 {
        rows.sort_unstable_by(|&a, &b| nearest[a].dot.total_cmp(&nearest[b].dot).then(a.cmp(&b)));
    }
    rows.truncate(n);
    rows
}

/// Scales `row` to length 1 and returns its former length; a zero row stays.
pub(crate) fn normalise(row: &mut [f32]) -> f32 {
    let norm = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    if norm > 0.0 {
        row.iter_mut().for_each(|value| *value = (f64::from(*value) / norm) as f32);
    }
    norm as f32
}

/// Row numbers grouped by centroid, ascending within each.
struct Members {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Members {
    fn new(nearest: &[Nearest], k: usize) -> Self {
        let mut starts = vec![0u32; k + 1];
        nearest.iter().for_each(|nearest| starts[nearest.row as usize + 1] += 1);
        (0..k).for_each(|centroid| starts[centroid + 1] += starts[centroid]);
        let mut next = starts.clone();
        let mut rows = vec![0; nearest.len()];
        for (row, nearest) in nearest.iter().enumerate() {
            let at = &mut next[nearest.row as usize];
            rows[*at as usize] = row as u32;
            *at += 1;
        }
        Self { starts, rows }
    }

    fn of(&self, centroid: usize) -> &[u32] {
        &self.rows[self.starts[centroid] as usize..self.starts[centroid + 1] as usize]
    }

    fn num_empty(&self) -> usize {
        self.starts.windows(2).filter(|pair| pair[0] == pair[1]).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Embeddings, Error};

    fn ring(n: usize) -> Result<Embeddings, Error> {
        let angle = |i: usize| i as f32 / n as f32 * std::f32::consts::TAU;
        Embeddings::new((0..n).flat_map(|i| [angle(i).cos(), angle(i).sin()]).collect(), 2)
    }

    fn mean_dot(centroids: &[f32], rows: EmbeddingsRef<'_>) -> f32 {
        let nearest = nearest_centroids(centroids, rows);
        nearest.iter().map(|nearest| nearest.dot).sum::<f32>() / nearest.len() as f32
    }

    #[test]
    fn rounds_do_not_lower_the_fit() -> Result<(), Error> {
        let rows = ring(500)?;
        let fit = |rounds| {
            mean_dot(&spherical_kmeans(rows.as_ref(), 9, rounds, 1, &mut |_| ()), rows.as_ref())
        };
        assert!(fit(0) < fit(4) && fit(4) <= fit(20) + 1e-6);
        Ok(())
    }

    #[test]
    fn same_seed_gives_the_same_bytes_on_any_number_of_threads() -> Result<(), Error> {
        let rows = ring(5_000)?;
        let run = |threads: usize| -> Vec<u32> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("a pool").install(|| {
                let centroids = spherical_kmeans(rows.as_ref(), 33, 5, 7, &mut |_| ());
                centroids.iter().map(|value| value.to_bits()).collect()
            })
        };
        assert_eq!(run(1), run(3));
        Ok(())
    }

    #[test]
    fn equal_rows_do_not_break_it() -> Result<(), Error> {
        let rows = Embeddings::new([0.6f32, 0.8].repeat(10), 2)?;
        let centroids = spherical_kmeans(rows.as_ref(), 4, 3, 0, &mut |_| ());
        assert!(centroids.chunks(2).all(|row| (row[0] - 0.6).abs() < 1e-6));
        Ok(())
    }
}
