//! Many centroids in groups, so that a row is compared with a few of them only.

use super::kmeans_round::{draw_rows, mean_directions};
use super::nearest_centroids::NearestCentroids;
use crate::storage::Spool;
use crate::{EmbeddingsRef, Error};

/// With at most so many centroids, every row is compared with all of them.
const MOST_UNGROUPED: usize = 1_024;
/// Rounds of k-means in which centroids are grouped.
const GROUPING_ROUNDS: usize = 4;

impl<'c> NearestCentroids<'c> {
    /// Arranges `centroids`, of which there is at least one. Many are grouped by k-means of their own.
    pub(crate) fn new(centroids: EmbeddingsRef<'c>, seed: u64) -> Result<Self, Error> {
        let num_centroids = centroids.num_tokens();
        if num_centroids <= MOST_UNGROUPED {
            let all = (0..num_centroids as u32).collect();
            return Ok(Self::in_groups(centroids, &[], vec![all]));
        }
        let (means, members) = group(centroids, num_groups(num_centroids), seed)?;
        Ok(Self::in_groups(centroids, &means, members))
    }
}

/// About as many groups as a group has members, a power of two.
fn num_groups(num_centroids: usize) -> usize {
    1 << (num_centroids.ilog2() / 2)
}

/// The means of `n` groups, and the members of each; a group without any is left out.
fn group(
    centroids: EmbeddingsRef<'_>,
    n: usize,
    seed: u64,
) -> Result<(Vec<f32>, Vec<Vec<u32>>), Error> {
    let dim = centroids.dim();
    let mut sample = Spool::in_memory(dim);
    sample.push(centroids)?;
    let mut means = draw_rows(&sample, n, seed)?;
    for _ in 0..GROUPING_ROUNDS {
        let search = NearestCentroids::new(EmbeddingsRef::new(&means, dim)?, seed)?;
        means = mean_directions(&sample, &search)?;
    }
    let search = NearestCentroids::new(EmbeddingsRef::new(&means, dim)?, seed)?;
    let mut members = vec![Vec::new(); n];
    for (centroid, nearest) in search.assign(centroids).iter().enumerate() {
        members[nearest.centroid as usize].push(centroid as u32);
    }
    let filled = means.chunks_exact(dim).zip(members).filter(|(_, members)| !members.is_empty());
    let (means, members): (Vec<&[f32]>, Vec<Vec<u32>>) = filled.unzip();
    Ok((means.concat(), members))
}
