//! Samples of residual components, to which the levels are fitted.

use super::nearest_centroids::NearestCentroids;
use crate::storage::{Spool, SpooledRows};
use crate::{EmbeddingsRef, Error};

/// Maximum number of residual components in a sample, approximately.
const MOST_COMPONENTS: usize = 1 << 20;
/// Shorter residuals are ignored: their tokens are the centroids.
const SHORTEST_RESIDUAL: f32 = 1e-3;

/// Residual components of rows of `sample`, each divided by the root mean square of its token, and the mean
/// dot product of those rows with their centroids.
pub(super) fn level_sample(
    sample: &Spool,
    centroids: &[f32],
    seed: u64,
) -> Result<(Vec<f32>, f32), Error> {
    let dim = sample.dim();
    let step = (sample.num_rows() * dim / MOST_COMPONENTS).max(1);
    let looked_at: Vec<usize> = (0..sample.num_rows()).step_by(step).collect();
    let mut rows = SpooledRows::default();
    sample.sample(&looked_at)?.read(0..looked_at.len(), &mut rows)?;
    let search = NearestCentroids::new(EmbeddingsRef::new(centroids, dim)?, seed)?;
    let nearest = search.assign(EmbeddingsRef::new(&rows.units, dim)?);
    let mut components = Vec::with_capacity(rows.units.len());
    for (row, nearest) in rows.units.chunks_exact(dim).zip(&nearest) {
        let centroid = &centroids[nearest.centroid as usize * dim..][..dim];
        let residual: Vec<f32> = row.iter().zip(centroid).map(|(x, c)| x - c).collect();
        let unit = root_mean_square(&residual);
        if unit * (dim as f32).sqrt() > SHORTEST_RESIDUAL {
            components.extend(residual.iter().map(|value| value / unit));
        }
    }
    let fit = nearest.iter().map(|nearest| f64::from(nearest.dot)).sum::<f64>();
    Ok((components, (fit / nearest.len().max(1) as f64) as f32))
}

pub(super) fn root_mean_square(values: &[f32]) -> f32 {
    (values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32).sqrt()
}
