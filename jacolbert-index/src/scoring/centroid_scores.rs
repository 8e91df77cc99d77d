//! Scores of all centroids for a query, by which passages are estimated before any token is decoded.

use jacolbert_core::simd::Isa;

use super::packed_query::PackedQuery;
use crate::kernels::{self, ByteDots, CoarseLanes, LANES, Lanes, row_len};
use crate::{CentroidId, ResidualCodec};

/// Dot products of every centroid with every query token, by the byte kernels.
#[derive(Debug)]
pub struct CentroidScores {
    panels: Vec<PanelScores>,
    num_query_tokens: usize,
    /// Scale of each centroid: turns its dot products into scores, in units of each query token.
    centroid_scales: Vec<f32>,
    coarse_step: f32,
    /// Coarse steps by which a token's centroid may be worse than the best one for the token still to be
    /// the best of its passage.
    reach: u8,
    isa: Isa,
}

/// The scores of 32 query tokens.
#[derive(Debug)]
struct PanelScores {
    /// `[centroids][32]`.
    dots: Vec<ByteDots>,
    /// The dot products of a row of zeros.
    offsets: ByteDots,
    /// The scores in steps that are common to all tokens; negative scores are 0.
    coarse: Vec<CoarseLanes>,
    units: Lanes,
}

/// Centroids that are scored together; their products stay in the first-level cache.
const CENTROIDS_PER_BLOCK: usize = 24;

impl ResidualCodec {
    /// Scores all centroids for `query`.
    ///
    /// # Panics
    /// If the query has another dimension.
    pub fn centroid_scores(&self, query: &PackedQuery) -> CentroidScores {
        assert_eq!(query.dim(), self.dim(), "query and codec have one dimension");
        // Centroids have about length 1, so that no product is much longer than the token.
        let coarse_step = query.longest / f32::from(u8::MAX);
        let panels = query.bytes.iter().map(|panel| {
            let mut dots = vec![[0; LANES]; self.num_centroids()];
            let mut coarse = vec![[0; LANES]; self.num_centroids()];
            let steps =
                panel.scales.map(|unit| if coarse_step > 0.0 { unit / coarse_step } else { 0.0 });
            let rows = self.centroid_rows().chunks(CENTROIDS_PER_BLOCK * row_len(self.dim()));
            let scales = self.centroid_scales().chunks(CENTROIDS_PER_BLOCK);
            let results =
                dots.chunks_mut(CENTROIDS_PER_BLOCK).zip(coarse.chunks_mut(CENTROIDS_PER_BLOCK));
            for ((rows, scales), (dots, coarse)) in rows.zip(scales).zip(results) {
                panel.dots(query.isa, rows, dots);
                kernels::coarsen(query.isa, dots, &panel.offsets, scales, &steps, coarse);
            }
            PanelScores { dots, offsets: panel.offsets, coarse, units: panel.scales }
        });
        CentroidScores {
            panels: panels.collect(),
            num_query_tokens: query.num_tokens(),
            centroid_scales: self.centroid_scales().to_vec(),
            coarse_step,
            reach: reach(self),
            isa: query.isa,
        }
    }
}

/// How many coarse steps the product of a residual may add.
///
/// A token of length 1 whose product with its centroid is `fit` has a residual of length
/// `sqrt(1 - fit^2)`. Its product with a query token of length 1 has a standard deviation of that length
/// divided by `sqrt(dim)`. The factor 3.5 was chosen on the embeddings of `benches/peers`: 40 % of the
/// tokens stay, and recall changes by less than 0.1 %.
fn reach(codec: &ResidualCodec) -> u8 {
    let residual = (1.0 - codec.fit().powi(2)).max(0.0).sqrt();
    let spread = 3.5 * residual / (codec.dim() as f32).sqrt();
    (spread * f32::from(u8::MAX)).ceil() as u8
}

impl CentroidScores {
    /// Number of query tokens.
    pub fn num_query_tokens(&self) -> usize {
        self.num_query_tokens
    }

    /// Number of centroids.
    pub fn num_centroids(&self) -> usize {
        self.centroid_scales.len()
    }

    /// The score that one step of a coarse score stands for.
    pub fn coarse_step(&self) -> f32 {
        self.coarse_step
    }

    /// The score of `centroid` for query token `token`.
    ///
    /// # Panics
    /// If there is no such centroid or token.
    pub fn score(&self, centroid: CentroidId, token: usize) -> f32 {
        let panel = &self.panels[token / LANES];
        let lane = token % LANES;
        let scale = self.centroid_scales[centroid.index()];
        scale
            * (panel.dots[centroid.index()][lane] - panel.offsets[lane]) as f32
            * panel.units[lane]
    }

    /// The `n` best cells of each query token, best first; ties go to the lower centroid.
    pub fn best_cells(&self, n: usize) -> Vec<Vec<CentroidId>> {
        let tokens = 0..self.num_query_tokens;
        let mut best: Vec<BestCells> = tokens.map(|_| BestCells::new(n)).collect();
        for (panel, best) in self.panels.iter().zip(best.chunks_mut(LANES)) {
            let blocks = panel.dots.chunks(CENTROIDS_PER_BLOCK);
            let scales = self.centroid_scales.chunks(CENTROIDS_PER_BLOCK);
            for (block, (dots, scales)) in blocks.zip(scales).enumerate() {
                let mut scores = [[0.0; LANES]; CENTROIDS_PER_BLOCK];
                let scores = &mut scores[..dots.len()];
                kernels::scale_dots(self.isa, dots, &panel.offsets, scales, scores);
                offer_all(block * CENTROIDS_PER_BLOCK, scores, best);
            }
        }
        best.into_iter().map(BestCells::into_ids).collect()
    }

    /// The byte dot products of `centroid` with panel `panel`, and their scale; `None` if there is no
    /// such centroid.
    pub(crate) fn base(&self, panel: usize, centroid: usize) -> Option<(&ByteDots, f32)> {
        let dots = self.panels[panel].dots.get(centroid)?;
        Some((dots, *self.centroid_scales.get(centroid)?))
    }

    /// The score of a passage if each token were its centroid, in coarse steps.
    pub(crate) fn coarse_score<C: Copy + Into<u32>>(&self, codes: &[C]) -> u32 {
        let best = self.panels.iter().map(|panel| {
            let mut best = [0; LANES];
            kernels::coarse_best(self.isa, &panel.coarse, codes, &mut best);
            best.iter().map(|&best| u32::from(best)).sum::<u32>()
        });
        best.sum()
    }

    /// For each token, whether it may be the best of its passage for any query token, judged by its
    /// centroid.
    pub(crate) fn reached<C: Copy + Into<u32>>(&self, codes: &[C], reached: &mut Vec<bool>) {
        reached.clear();
        reached.resize(codes.len(), false);
        for panel in &self.panels {
            let mut best = [0; LANES];
            kernels::coarse_best(self.isa, &panel.coarse, codes, &mut best);
            let thresholds = best.map(|best| best.saturating_sub(self.reach));
            kernels::mark_reached(self.isa, &panel.coarse, codes, &thresholds, reached);
        }
    }
}

/// Offers the scores of the centroids from number `first` on.
fn offer_all(first: usize, scores: &[Lanes], best: &mut [BestCells]) {
    let mut thresholds = [f32::INFINITY; LANES];
    best.iter().zip(&mut thresholds).for_each(|(best, threshold)| *threshold = best.threshold);
    for (centroid, scores) in scores.iter().enumerate() {
        let mut any = false;
        for lane in 0..LANES {
            any |= scores[lane] > thresholds[lane];
        }
        if !any {
            continue;
        }
        for (lane, best) in best.iter_mut().enumerate() {
            if scores[lane] > thresholds[lane] {
                best.offer(scores[lane], (first + centroid) as u32);
                thresholds[lane] = best.threshold;
            }
        }
    }
}

/// The best few cells of one query token, collected in one pass.
#[derive(Debug, Clone)]
struct BestCells {
    wanted: usize,
    /// Cells with this score or a lower one are not among the best.
    threshold: f32,
    cells: Vec<(f32, u32)>,
}

impl BestCells {
    fn new(wanted: usize) -> Self {
        let threshold = if wanted == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { wanted, threshold, cells: Vec::new() }
    }

    /// Offers a cell; cells come with ascending ids, so that the earlier of two equals stays.
    fn offer(&mut self, score: f32, centroid: u32) {
        self.cells.push((score, centroid));
        if self.cells.len() >= self.wanted.saturating_mul(2).saturating_add(16) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.wanted >= self.cells.len() {
            return;
        }
        let (_, last, _) = self.cells.select_nth_unstable_by(self.wanted - 1, order);
        self.threshold = last.0;
        self.cells.truncate(self.wanted);
    }

    fn into_ids(mut self) -> Vec<CentroidId> {
        self.prune();
        self.cells.sort_unstable_by(order);
        self.cells.into_iter().map(|(_, centroid)| CentroidId(centroid)).collect()
    }
}

fn order(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn best_cells_are_those_of_a_full_sort(
            columns in prop::collection::vec((-9i8..9, -9i8..9), 1..200),
            n in 0usize..60,
        ) {
            let dots = |&(a, b): &(i8, i8)| {
                let mut dots = [7; LANES];
                dots[0] += i32::from(a);
                dots[1] += i32::from(b);
                dots
            };
            let scores = CentroidScores {
                panels: vec![PanelScores {
                    dots: columns.iter().map(dots).collect(),
                    offsets: [7; LANES],
                    coarse: Vec::new(),
                    units: [1.0; LANES],
                }],
                num_query_tokens: 2,
                centroid_scales: vec![1.0; columns.len()],
                coarse_step: 1.0,
                reach: 0,
                isa: Isa::detected(),
            };
            let column = |pick: fn(&(i8, i8)) -> i8| {
                let mut ids: Vec<usize> = (0..columns.len()).collect();
                ids.sort_by_key(|&id| std::cmp::Reverse(pick(&columns[id])));
                ids.truncate(n);
                ids
            };
            let found = scores.best_cells(n);
            let found: Vec<Vec<usize>> = found
                .into_iter()
                .map(|cells| cells.into_iter().map(CentroidId::index).collect())
                .collect();
            prop_assert_eq!(found, vec![column(|c| c.0), column(|c| c.1)]);
        }
    }
}
