//! Ward's hierarchical clustering of a few hundred things, from their pairwise distances.

/// Clusters on their way to becoming fewer, by the distances `[n, n]` between them.
///
/// The two closest clusters are merged first; of equally close pairs the one whose first cluster
/// comes first, then the one whose second does. A cluster goes by the lowest number of its members.
/// Merging clusters x and y of sizes `|x|` and `|y|` puts every cluster z at the distance (Lance and
/// Williams)
///
/// `d(xy, z)^2 = ((|z| + |x|) d(x, z)^2 + (|z| + |y|) d(y, z)^2 - |z| d(x, y)^2) / (|x| + |y| + |z|)`.
pub(super) struct Ward {
    /// `[n, n]`, symmetric: squared distances of clusters that are left.
    squares: Vec<f64>,
    /// Members of each cluster, 0 once it is part of another.
    sizes: Vec<usize>,
    /// The cluster that one was merged into, itself until then; never a higher number.
    merged_into: Vec<usize>,
    /// Of each cluster, the closest among those after it.
    nearest: Vec<Option<usize>>,
    num_clusters: usize,
}

impl Ward {
    /// `n` clusters of one member each, `distance(x, y)` apart for `x < y`.
    pub(super) fn new(n: usize, distance: impl Fn(usize, usize) -> f64) -> Self {
        let mut squares = vec![0.0; n * n];
        for x in 0..n {
            for y in x + 1..n {
                let square = distance(x, y).powi(2);
                (squares[x * n + y], squares[y * n + x]) = (square, square);
            }
        }
        let merged_into = (0..n).collect();
        let mut clusters = Self {
            squares,
            sizes: vec![1; n],
            merged_into,
            nearest: vec![None; n],
            num_clusters: n,
        };
        (0..n).for_each(|x| clusters.nearest[x] = clusters.nearest_after(x));
        clusters
    }

    /// Merges until at most `most` clusters are left, then whatever is no farther apart than the last
    /// two were: SciPy's `fcluster(.., most, criterion="maxclust")`. Returns the cluster of each
    /// member, by its lowest number.
    pub(super) fn at_most(mut self, most: usize) -> Vec<usize> {
        let mut farthest = f64::NEG_INFINITY;
        while let Some((x, y)) = self.closest() {
            let square = self.square(x, y);
            if self.num_clusters <= most && square > farthest {
                break;
            }
            farthest = square;
            self.merge(x, y);
        }
        self.clusters()
    }

    fn square(&self, x: usize, y: usize) -> f64 {
        self.squares[x * self.sizes.len() + y]
    }

    fn closest(&self) -> Option<(usize, usize)> {
        let pairs = self.nearest.iter().enumerate().filter_map(|(x, y)| Some((x, (*y)?)));
        pairs.min_by(|a, b| self.square(a.0, a.1).total_cmp(&self.square(b.0, b.1)))
    }

    fn nearest_after(&self, x: usize) -> Option<usize> {
        let left = (x + 1..self.sizes.len()).filter(|&y| self.sizes[y] > 0);
        left.min_by(|&y, &z| self.square(x, y).total_cmp(&self.square(x, z)))
    }

    /// Merges `y` into `x < y`.
    fn merge(&mut self, x: usize, y: usize) {
        let n = self.sizes.len();
        let apart = self.square(x, y);
        let size_x = self.sizes[x] as f64;
        let size_y = self.sizes[y] as f64;
        for z in (0..n).filter(|&z| z != x && z != y && self.sizes[z] > 0) {
            let size_z = self.sizes[z] as f64;
            let weighted = (size_z + size_x) * self.square(x, z)
                + (size_z + size_y) * self.square(y, z)
                - size_z * apart;
            let square = weighted / (size_x + size_y + size_z);
            (self.squares[x * n + z], self.squares[z * n + x]) = (square, square);
        }
        self.sizes[x] += self.sizes[y];
        self.sizes[y] = 0;
        self.merged_into[y] = x;
        self.nearest[y] = None;
        self.num_clusters -= 1;
        self.update_nearest(x, y);
    }

    /// After `y` was merged into `x`: looks again where the nearest may be another.
    fn update_nearest(&mut self, x: usize, y: usize) {
        self.nearest[x] = self.nearest_after(x);
        for z in (0..y).filter(|&z| z != x && self.sizes[z] > 0) {
            let Some(nearest) = self.nearest[z] else { continue };
            if nearest == x || nearest == y {
                self.nearest[z] = self.nearest_after(z);
            } else if z < x {
                let new = self.square(z, x);
                let old = self.square(z, nearest);
                let closer = new.total_cmp(&old).then(x.cmp(&nearest)).is_lt();
                self.nearest[z] = Some(if closer { x } else { nearest });
            }
        }
    }

    fn clusters(self) -> Vec<usize> {
        let mut clusters = self.merged_into;
        for member in 0..clusters.len() {
            clusters[member] = clusters[clusters[member]];
        }
        clusters
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: every round looks at every pair, and Ward's distance of two clusters is
    /// computed from all that was merged into them.
    fn naive(n: usize, distances: &[f64], most: usize) -> Vec<usize> {
        let mut clusters: Vec<Vec<usize>> = (0..n).map(|member| vec![member]).collect();
        let mut last = f64::NEG_INFINITY;
        loop {
            let mut best: Option<(f64, usize, usize)> = None;
            for x in 0..clusters.len() {
                for y in x + 1..clusters.len() {
                    let square = ward_square(&clusters[x], &clusters[y], n, distances);
                    if best.is_none_or(|(least, ..)| square < least) {
                        best = Some((square, x, y));
                    }
                }
            }
            let Some((square, x, y)) = best else { break };
            if clusters.len() <= most && square > last {
                break;
            }
            last = square;
            let merged = clusters.remove(y);
            clusters[x].extend(merged);
        }
        let mut labels = vec![0; n];
        for cluster in clusters {
            let first = cluster.iter().copied().min().unwrap_or_default();
            cluster.iter().for_each(|&member| labels[member] = first);
        }
        labels
    }

    /// Ward's squared distance without recursion, for any dissimilarities: with the sums S of
    /// squared distances between and within, `(2 S_ab / (|a||b|) - S_aa / |a|^2 - S_bb / |b|^2)`
    /// times `|a||b| / (|a| + |b|)`; for two single members it is their squared distance.
    fn ward_square(a: &[usize], b: &[usize], n: usize, distances: &[f64]) -> f64 {
        let sum = |one: &[usize], other: &[usize]| -> f64 {
            let pairs = one.iter().flat_map(|x| other.iter().map(move |y| (x, y)));
            pairs.map(|(x, y)| distances[x * n + y].powi(2)).sum()
        };
        let (size_a, size_b) = (a.len() as f64, b.len() as f64);
        let between = 2.0 * sum(a, b) / (size_a * size_b);
        let within = sum(a, a) / size_a.powi(2) + sum(b, b) / size_b.powi(2);
        (between - within) * size_a * size_b / (size_a + size_b)
    }

    fn symmetric(n: usize, upper: &[f64]) -> Vec<f64> {
        let mut distances = vec![0.0; n * n];
        let mut upper = upper.iter();
        for x in 0..n {
            for y in x + 1..n {
                let distance = upper.next().copied().unwrap_or(1.0);
                (distances[x * n + y], distances[y * n + x]) = (distance, distance);
            }
        }
        distances
    }

    proptest! {
        #[test]
        fn clusters_are_those_of_the_definition(
            n in 0usize..18,
            most in 1usize..10,
            upper in prop::collection::vec(0.01f64..2.0, 18 * 17 / 2),
        ) {
            let distances = symmetric(n, &upper);
            let found = Ward::new(n, |x, y| distances[x * n + y]).at_most(most);
            prop_assert_eq!(found, naive(n, &distances, most));
        }

        #[test]
        fn few_clusters_come_of_few_distances(
            n in 1usize..18,
            most in 1usize..10,
            upper in prop::collection::vec(prop::sample::select(vec![0.0, 0.5, 1.0]), 18 * 17 / 2),
        ) {
            let distances = symmetric(n, &upper);
            let found = Ward::new(n, |x, y| distances[x * n + y]).at_most(most);
            let mut firsts = found.clone();
            firsts.sort_unstable();
            firsts.dedup();
            prop_assert!(firsts.len() <= most);
            prop_assert!(firsts.iter().all(|&first| found[first] == first));
            prop_assert!(found.iter().zip(0..).all(|(&first, member)| first <= member));
        }
    }

    #[test]
    fn of_equally_close_pairs_the_first_is_merged() {
        assert_eq!(
            Ward::new(4, |x, y| if x + 1 == y { 1.0 } else { 2.0 }).at_most(3),
            [0, 0, 2, 2]
        );
        let distance =
            |x: usize, y: usize| if (x, y) == (0, 1) || (x, y) == (1, 2) { 1.0 } else { 3.0 };
        assert_eq!(Ward::new(4, distance).at_most(3), [0, 0, 2, 3]);
    }

    #[test]
    fn what_is_equal_is_one_cluster() {
        assert_eq!(Ward::new(6, |_, _| 0.0).at_most(3), [0; 6]);
    }
}
