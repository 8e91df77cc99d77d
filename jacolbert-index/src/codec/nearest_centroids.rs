//! The centroid that is nearest to each of many rows, found in two steps.

use jacolbert_core::simd::Isa;
use rayon::prelude::*;

use crate::EmbeddingsRef;
use crate::kernels::{self, BytePanels, LANES, Panel, row_len, to_bytes};

/// Rows of one task. Fixed, so that the result does not depend on the number of threads.
const ROWS_PER_TASK: usize = 1_024;
/// Number of groups that a row is compared with. With 8, some rows miss their nearest centroid; the one that
/// they get is about as near.
const GROUPS_PROBED: usize = 8;
/// Rows of one kernel call; their products stay in the first-level cache.
const ROWS_PER_CALL: usize = 24;

/// The centroid nearest to a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Nearest {
    /// The centroid's number.
    pub(crate) centroid: u32,
    /// The dot product with it.
    pub(crate) dot: f32,
}

/// Unit centroids `[k, dim]`, arranged so that the nearest of them is found quickly.
///
/// Comparisons are made in bytes; the best two are compared again in `f32`.
#[derive(Debug)]
pub(crate) struct NearestCentroids<'c> {
    centroids: EmbeddingsRef<'c>,
    group_means: BytePanels,
    groups: Vec<Group>,
    isa: Isa,
}

#[derive(Debug)]
struct Group {
    members: Vec<u32>,
    panels: BytePanels,
}

impl<'c> NearestCentroids<'c> {
    /// Centroids in the groups `members`, whose means are `[groups, dim]`. A row is compared with the
    /// members of the groups that are closest to it; a single group needs no mean.
    pub(super) fn in_groups(
        centroids: EmbeddingsRef<'c>,
        means: &[f32],
        members: Vec<Vec<u32>>,
    ) -> Self {
        let dim = centroids.dim();
        let group = |members: Vec<u32>| {
            let rows = members.iter().flat_map(|&member| centroids.row(member as usize));
            let rows: Vec<f32> = rows.copied().collect();
            Group { panels: BytePanels::of_rows(&rows, dim), members }
        };
        Self {
            centroids,
            group_means: BytePanels::of_rows(means, dim),
            groups: members.into_iter().map(group).collect(),
            isa: Isa::detected(),
        }
    }

    pub(super) fn num_centroids(&self) -> usize {
        self.centroids.num_tokens()
    }

    /// The nearest centroid of each of `rows`, on all cores.
    pub(crate) fn assign(&self, rows: EmbeddingsRef<'_>) -> Vec<Nearest> {
        let mut nearest = vec![Nearest::default(); rows.num_tokens()];
        nearest
            .par_chunks_mut(ROWS_PER_TASK)
            .zip(rows.values().par_chunks(ROWS_PER_TASK * rows.dim()))
            .for_each(|(nearest, rows)| self.assign_task(rows, nearest));
        nearest
    }

    fn assign_task(&self, rows: &[f32], nearest: &mut [Nearest]) {
        let dim = self.centroids.dim();
        let mut bytes = vec![0; nearest.len() * row_len(dim)];
        for (row, bytes) in rows.chunks_exact(dim).zip(bytes.chunks_exact_mut(row_len(dim))) {
            to_bytes(row, bytes);
        }
        let mut best = vec![BestTwo::default(); nearest.len()];
        for (group, visitors) in self.groups.iter().zip(self.visitors(&bytes, nearest.len())) {
            self.visit(group, &visitors, &bytes, &mut best);
        }
        for ((nearest, best), row) in nearest.iter_mut().zip(&best).zip(rows.chunks_exact(dim)) {
            *nearest = self.better(row, best);
        }
    }

    /// For each group, the rows that are compared with it.
    fn visitors(&self, bytes: &[u8], num_rows: usize) -> Vec<Vec<u32>> {
        if self.groups.len() == 1 {
            return vec![(0..num_rows as u32).collect()];
        }
        let mut closest = vec![Closest::default(); num_rows];
        for (p, panel) in self.group_means.iter().enumerate() {
            let lanes = LANES.min(self.groups.len() - p * LANES);
            self.for_each_row(panel, bytes, |row, dots| {
                for (lane, &dot) in dots[..lanes].iter().enumerate() {
                    closest[row].offer(dot, (p * LANES + lane) as u32);
                }
            });
        }
        let mut visitors = vec![Vec::new(); self.groups.len()];
        for (row, closest) in closest.iter().enumerate() {
            closest.groups().for_each(|group| visitors[group as usize].push(row as u32));
        }
        visitors
    }

    fn visit(&self, group: &Group, visitors: &[u32], bytes: &[u8], best: &mut [BestTwo]) {
        let row_len = row_len(self.centroids.dim());
        let rows = visitors.iter().flat_map(|&row| &bytes[row as usize * row_len..][..row_len]);
        let rows: Vec<u8> = rows.copied().collect();
        for (panel, members) in group.panels.iter().zip(group.members.chunks(LANES)) {
            self.for_each_row(panel, &rows, |row, dots| {
                best[visitors[row] as usize].offer(&dots[..members.len()], members);
            });
        }
    }

    /// Calls `each` with the number of every row of bytes and its products with `panel`, divided by the row's
    /// own scale.
    fn for_each_row(
        &self,
        panel: &Panel,
        bytes: &[u8],
        mut each: impl FnMut(usize, &[f32; LANES]),
    ) {
        let row_len = row_len(self.centroids.dim());
        let mut dots = [[0; LANES]; ROWS_PER_CALL];
        let mut scaled = [[0.0; LANES]];
        for (call, rows) in bytes.chunks(ROWS_PER_CALL * row_len).enumerate() {
            let dots = &mut dots[..rows.len() / row_len];
            panel.dots(self.isa, rows, dots);
            for (n, dots) in dots.iter().enumerate() {
                kernels::scale_dots(
                    self.isa,
                    std::slice::from_ref(dots),
                    &panel.offsets,
                    &[1.0],
                    &mut scaled,
                );
                scaled[0].iter_mut().zip(&panel.scales).for_each(|(dot, scale)| *dot *= scale);
                each(call * ROWS_PER_CALL + n, &scaled[0]);
            }
        }
    }

    /// The nearer of the two, compared in `f32`; ties go to the lower centroid.
    fn better(&self, row: &[f32], best: &BestTwo) -> Nearest {
        let of = |centroid: u32| Nearest {
            centroid,
            dot: dot(row, self.centroids.row(centroid as usize)),
        };
        let first = of(best.centroids[0]);
        if best.dots[1] == f32::NEG_INFINITY {
            return first;
        }
        let second = of(best.centroids[1]);
        let second_wins =
            second.dot > first.dot || (second.dot == first.dot && second.centroid < first.centroid);
        if second_wins { second } else { first }
    }
}

/// The dot product, summed in eight interleaved parts.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// The groups closest to one row.
#[derive(Debug, Clone)]
struct Closest {
    dots: [f32; GROUPS_PROBED],
    groups: [u32; GROUPS_PROBED],
}

impl Default for Closest {
    fn default() -> Self {
        Self { dots: [f32::NEG_INFINITY; GROUPS_PROBED], groups: [u32::MAX; GROUPS_PROBED] }
    }
}

impl Closest {
    /// Offers a group; of two equal ones, the earlier stays first.
    fn offer(&mut self, dot: f32, group: u32) {
        if dot <= self.dots[GROUPS_PROBED - 1] {
            return;
        }
        let mut at = GROUPS_PROBED - 1;
        while at > 0 && dot > self.dots[at - 1] {
            self.dots[at] = self.dots[at - 1];
            self.groups[at] = self.groups[at - 1];
            at -= 1;
        }
        self.dots[at] = dot;
        self.groups[at] = group;
    }

    fn groups(&self) -> impl Iterator<Item = u32> {
        self.groups.iter().copied().take_while(|&group| group != u32::MAX)
    }
}

/// The two centroids closest to one row, by bytes.
#[derive(Debug, Clone)]
struct BestTwo {
    dots: [f32; 2],
    centroids: [u32; 2],
}

impl Default for BestTwo {
    fn default() -> Self {
        Self { dots: [f32::NEG_INFINITY; 2], centroids: [0; 2] }
    }
}

impl BestTwo {
    fn offer(&mut self, dots: &[f32], centroids: &[u32]) {
        let largest =
            dots.iter().fold(f32::NEG_INFINITY, |best, &dot| if dot > best { dot } else { best });
        if largest <= self.dots[1] {
            return;
        }
        for (&dot, &centroid) in dots.iter().zip(centroids) {
            if dot > self.dots[0] {
                self.dots = [dot, self.dots[0]];
                self.centroids = [centroid, self.centroids[0]];
            } else if dot > self.dots[1] {
                self.dots[1] = dot;
                self.centroids[1] = centroid;
            }
        }
    }
}
