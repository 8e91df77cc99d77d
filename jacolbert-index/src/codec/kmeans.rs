//! Seeded spherical k-means.

use std::ops::ControlFlow;

use super::kmeans_round::{draw_rows, mean_directions};
use super::nearest_centroids::NearestCentroids;
use crate::storage::Spool;
use crate::{EmbeddingsRef, Error};

/// Unit centroids `[k, dim]` of the unit rows of `sample`, by `iterations` rounds of spherical
/// k-means from `k` of its rows drawn with `seed`.
///
/// The result does not depend on the number of threads. `progress` is called with the number of rounds
/// done after each of them, and may end the work.
pub(super) fn spherical_kmeans(
    sample: &Spool,
    k: usize,
    iterations: usize,
    seed: u64,
    progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Vec<f32>, Error> {
    let mut centroids = draw_rows(sample, k, seed)?;
    for round in 1..=iterations {
        let search = NearestCentroids::new(EmbeddingsRef::new(&centroids, sample.dim())?, seed)?;
        centroids = mean_directions(sample, &search)?;
        if progress(round).is_break() {
            return Err(Error::Cancelled);
        }
    }
    Ok(centroids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Embeddings;

    fn ring(n: usize) -> Result<Embeddings, Error> {
        let angle = |i: usize| i as f32 / n as f32 * std::f32::consts::TAU;
        Ok(Embeddings::new((0..n).flat_map(|i| [angle(i).cos(), angle(i).sin()]).collect(), 2)?)
    }

    fn kmeans(
        rows: EmbeddingsRef<'_>,
        k: usize,
        iterations: usize,
        seed: u64,
    ) -> Result<Vec<f32>, Error> {
        let mut sample = Spool::in_memory(rows.dim());
        sample.push(rows)?;
        spherical_kmeans(&sample, k, iterations, seed, &mut |_| ControlFlow::Continue(()))
    }

    fn mean_dot(centroids: &[f32], rows: EmbeddingsRef<'_>) -> Result<f32, Error> {
        let centroids = EmbeddingsRef::new(centroids, rows.dim())?;
        let nearest = NearestCentroids::new(centroids, 1)?.assign(rows);
        Ok(nearest.iter().map(|nearest| nearest.dot).sum::<f32>() / nearest.len() as f32)
    }

    #[test]
    fn rounds_do_not_lower_the_fit() -> Result<(), Error> {
        let rows = ring(500)?;
        let fit = |rounds| {
            let centroids = kmeans(rows.as_ref(), 9, rounds, 1)?;
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
            pool.install(|| kmeans(rows.as_ref(), 2_000, 3, 7))
        };
        assert_eq!(run(1)?, run(3)?);
        Ok(())
    }

    #[test]
    fn centroids_that_lose_their_rows_come_back_elsewhere() -> Result<(), Error> {
        let twice = [1.0, 0.0].repeat(50);
        let rows = Embeddings::new([twice, vec![0.0, 1.0]].concat(), 2)?;
        let centroids = kmeans(rows.as_ref(), 3, 3, 0)?;
        assert!(mean_dot(&centroids, rows.as_ref())? > 0.999_999);
        Ok(())
    }
}
