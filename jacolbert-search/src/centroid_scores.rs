//! Scores of all centroids for a query: which cells to look into, and what a passage promises.

use jacolbert_index::{CentroidId, CodesRef, Index};

use crate::query::{BestDots, Query};

/// Dot products of every centroid with every query token, `[centroids, query tokens]`.
#[derive(Debug)]
pub(crate) struct CentroidScores {
    scores: Vec<f32>,
    num_query_tokens: usize,
}

impl CentroidScores {
    pub(crate) fn new(query: &Query, index: &Index) -> Self {
        let scores = query.dots(index.codec().centroids());
        Self { scores, num_query_tokens: query.num_tokens() }
    }

    pub(crate) fn num_query_tokens(&self) -> usize {
        self.num_query_tokens
    }

    pub(crate) fn num_centroids(&self) -> usize {
        self.scores.len() / self.num_query_tokens
    }

    /// The `n_probe` best cells of each query token, ascending and without repetition.
    pub(crate) fn best_cells(&self, n_probe: usize) -> Vec<CentroidId> {
        if n_probe >= self.num_centroids() {
            return (0..self.num_centroids() as u32).map(CentroidId).collect();
        }
        let mut best = vec![BestCells::new(n_probe); self.num_query_tokens];
        for (centroid, scores) in self.scores.chunks_exact(self.num_query_tokens).enumerate() {
            for (best, &score) in best.iter_mut().zip(scores) {
                best.offer(score, centroid as u32);
            }
        }
        let mut cells: Vec<CentroidId> = best.into_iter().flat_map(BestCells::into_ids).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// The score of a passage if each token were its centroid; `best` is scratch. A centroid that
    /// the codebook does not have, in a damaged file, adds nothing.
    pub(crate) fn approximate(&self, codes: CodesRef<'_>, best: &mut BestDots) -> f32 {
        best.reset();
        for centroid in codes.centroids() {
            let start = centroid.saturating_mul(self.num_query_tokens);
            let end = start.saturating_add(self.num_query_tokens);
            if let Some(scores) = self.scores.get(start..end) {
                best.raise(scores);
            }
        }
        best.sum().unwrap_or(f32::NEG_INFINITY)
    }
}

/// The best few cells of one query token, collected in one pass.
#[derive(Debug, Clone)]
struct BestCells {
    wanted: usize,
    /// No cell with this score or a lower one can be among the best any more.
    threshold: f32,
    cells: Vec<(f32, u32)>,
}

impl BestCells {
    fn new(wanted: usize) -> Self {
        Self { wanted, threshold: f32::NEG_INFINITY, cells: Vec::new() }
    }

    /// Offers a cell; cells come with ascending ids, so that the earlier of two equals stays.
    fn offer(&mut self, score: f32, centroid: u32) {
        if score > self.threshold {
            self.cells.push((score, centroid));
            if self.cells.len() >= 2 * self.wanted + 16 {
                self.prune();
            }
        }
    }

    fn prune(&mut self) {
        if self.wanted == 0 || self.wanted >= self.cells.len() {
            return self.cells.truncate(self.wanted);
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let (_, last, _) = self.cells.select_nth_unstable_by(self.wanted - 1, order);
        self.threshold = last.0;
        self.cells.truncate(self.wanted);
    }

    fn into_ids(mut self) -> impl Iterator<Item = CentroidId> {
        self.prune();
        self.cells.into_iter().map(|(_, centroid)| CentroidId(centroid))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn best_cells_are_those_of_a_full_sort(
            columns in prop::collection::vec((-9i8..9, -9i8..9), 1..200),
            n_probe in 0usize..60,
        ) {
            let scores = columns.iter().flat_map(|&(a, b)| [a.into(), b.into()]).collect();
            let scores = CentroidScores { scores, num_query_tokens: 2 };
            let column = |pick: fn(&(i8, i8)) -> i8| {
                let mut ids: Vec<usize> = (0..columns.len()).collect();
                ids.sort_by_key(|&id| std::cmp::Reverse(pick(&columns[id])));
                ids.truncate(n_probe);
                ids
            };
            let mut expected: Vec<usize> = column(|c| c.0).into_iter().chain(column(|c| c.1)).collect();
            expected.sort_unstable();
            expected.dedup();
            let cells: Vec<usize> =
                scores.best_cells(n_probe).into_iter().map(CentroidId::index).collect();
            prop_assert_eq!(cells, expected);
        }
    }
}
