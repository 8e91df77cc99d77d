//! Token pooling: fewer rows per passage, each the mean of similar tokens.

mod ward;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Embeddings, EmbeddingsRef, Error, normalise};
use ward::Ward;

/// Average number of tokens that are merged into one.
///
/// The size of an index and scoring time shrink by this factor. `docs/benchmarks.md` shows the cost in recall.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub enum PoolFactor {
    /// Every token keeps its row: pooling is off.
    #[default]
    One,
    /// Half of the rows remain.
    Two,
    /// A third of the rows remains.
    Three,
    /// A quarter of the rows remains.
    Four,
}

impl PoolFactor {
    /// All factors, ascending.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// The factor as a number.
    pub fn get(self) -> usize {
        1 + self as usize
    }
}

impl TryFrom<u64> for PoolFactor {
    type Error = Error;

    fn try_from(factor: u64) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|f| f.get() as u64 == factor).ok_or(Error::PoolFactor(factor))
    }
}

impl From<PoolFactor> for u64 {
    fn from(factor: PoolFactor) -> Self {
        factor.get() as Self
    }
}

/// How the tokens of a passage are pooled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pooling {
    /// Average number of tokens that are merged into one. Default: [`PoolFactor::One`], no pooling. A larger factor
    /// makes an index smaller and search faster, and lowers recall.
    pub factor: PoolFactor,
    /// Number of tokens at the start of a passage that keep their rows, from 0. Default: 1, the `[CLS]` of a
    /// BERT, as in PyLate; colbert-ai has 0. More of them leave more rows.
    pub protected_tokens: usize,
}

impl Default for Pooling {
    fn default() -> Self {
        Self { factor: PoolFactor::One, protected_tokens: 1 }
    }
}

/// The rows of a passage after pooling (arXiv 2409.14683): the protected rows as they are, then one
/// row of length 1 for each cluster of the others, in the order of the clusters' first tokens.
///
/// The clusters come from Ward's method (see below). There are at most `max(1, n / factor)` for `n` tokens,
/// and fewer only if equal distances leave no cut with more. A cluster's row is the mean of its rows,
/// scaled to length 1. Nothing changes with factor 1, or if there are as many clusters as tokens.
///
/// ColBERT only has unit vectors. Other rows are compared by their angle and weighted by their length in
/// the mean; a zero row is orthogonal to every other.
///
/// ```
/// use jacolbert_core::{Embeddings, PoolFactor, Pooling, pooled};
///
/// let rows = vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8, 0.8, 0.6, 0.0, 1.0];
/// let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
/// let pooled = pooled(Embeddings::new(rows, 2)?.as_ref(), pooling);
/// assert_eq!(pooled.num_tokens(), 3);
/// assert_eq!(pooled.row(0), [1.0, 0.0]);
/// # Ok::<(), jacolbert_core::Error>(())
/// ```
///
/// # Differences from PyLate and colbert-ai
/// As in PyLate, the distance of two tokens is `1 - cosine`. Ward's recursion squares these distances,
/// although they are not Euclidean: `linkage(1 - cosine, "ward")` and
/// `fcluster(.., criterion="maxclust")` of SciPy. colbert-ai passes the square matrix to `linkage`
/// instead, which computes Euclidean distances between its rows. Both keep the raw mean; their indexes
/// normalise it on decoding, so results are comparable.
///
/// Time grows roughly with the square of the number of tokens. Memory is 8 bytes times that square.
pub fn pooled(embeddings: EmbeddingsRef<'_>, pooling: Pooling) -> Embeddings {
    let dim = embeddings.dim();
    let protected = pooling.protected_tokens.min(embeddings.num_tokens());
    let (kept, others) = embeddings.values().split_at(protected * dim);
    let num_others = others.len() / dim;
    let num_clusters = (num_others / pooling.factor.get()).max(1);
    if num_clusters >= num_others {
        return embeddings.to_embeddings();
    }
    let clusters = cosine_clusters(others, dim, num_clusters);
    let mut values = kept.to_vec();
    values.extend(cluster_means(others, dim, &clusters));
    embeddings.with_values(&values).to_embeddings()
}

/// Applies [`pooled`] to many passages, in order and on all cores.
pub fn pooled_passages(passages: Vec<Embeddings>, pooling: Pooling) -> Vec<Embeddings> {
    if pooling.factor == PoolFactor::One {
        return passages;
    }
    passages.par_iter().map(|passage| pooled(passage.as_ref(), pooling)).collect()
}

/// The first member of each row's cluster.
fn cosine_clusters(rows: &[f32], dim: usize, most: usize) -> Vec<usize> {
    let rows: Vec<f64> = rows.iter().map(|&value| value.into()).collect();
    let row = |n: usize| &rows[n * dim..(n + 1) * dim];
    let squares: Vec<f64> = rows.chunks_exact(dim).map(|row| dot(row, row)).collect();
    let distance = |x: usize, y: usize| {
        let lengths = (squares[x] * squares[y]).sqrt();
        let cosine = if lengths > 0.0 { dot(row(x), row(y)) / lengths } else { 0.0 };
        (1.0 - cosine).max(0.0)
    };
    Ward::new(squares.len(), distance).at_most(most)
}

/// The unit mean of each cluster, in the order of their first members.
fn cluster_means(rows: &[f32], dim: usize, clusters: &[usize]) -> Vec<f32> {
    let mut sums = vec![0.0; rows.len()];
    let mut sizes = vec![0.0; clusters.len()];
    for (row, &cluster) in rows.chunks_exact(dim).zip(clusters) {
        sizes[cluster] += 1.0;
        let sum = &mut sums[cluster * dim..(cluster + 1) * dim];
        sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    let means = sums.chunks_exact(dim).zip(sizes).filter(|(_, size)| *size > 0.0);
    let unit_mean = |(sum, size): (&[f64], f64)| {
        let mut mean: Vec<f32> = sum.iter().map(|sum| (sum / size) as f32).collect();
        normalise(&mut mean);
        mean
    };
    means.flat_map(unit_mean).collect()
}

/// The dot product, summed in eight lanes, always in the same order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}
