//! The sizes of a build, from the number of tokens and the memory that it may use.

use crate::BuildOptions;
use crate::kernels::row_len;

/// Sizes of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuildPlan {
    /// 0 for a flat index.
    pub(crate) num_centroids: usize,
    pub(crate) sample_tokens: usize,
}

/// Minimum number of sampled tokens per centroid; if memory is short, fewer centroids are trained.
const FEWEST_PER_CENTROID: usize = 6;
/// Tokens of a segment, unless memory is short.
const TOKENS_PER_SEGMENT: usize = 1 << 20;

impl BuildPlan {
    pub(crate) fn new(options: &BuildOptions, dim: usize, num_tokens: usize) -> Self {
        if num_tokens <= options.flat_tokens {
            return Self { num_centroids: 0, sample_tokens: 0 };
        }
        let wanted = options.num_centroids.unwrap_or_else(|| options.num_centroids_for(num_tokens));
        // Centroids and their sums in f32, each group's panels, and as bytes; the sample in f16.
        let per_centroid = 8 * dim + 2 * row_len(dim) + 16;
        let per_sampled = 2 * dim + 4;
        let for_both = options.memory / 8 * 7;
        let most = for_both / (per_centroid + FEWEST_PER_CENTROID * per_sampled);
        let num_centroids = wanted.clamp(1, num_tokens).min(most.max(1));
        let room = for_both.saturating_sub(num_centroids * per_centroid) / per_sampled;
        let sample = num_centroids.saturating_mul(options.sample_tokens_per_centroid.max(1));
        let sample_tokens = sample.min(room).clamp(num_centroids, num_tokens);
        Self { num_centroids, sample_tokens }
    }
}

impl BuildOptions {
    /// Added tokens that a writer keeps in memory as exact rows before it writes them to a file.
    pub(crate) fn tokens_in_memory(&self, dim: usize) -> usize {
        (self.memory / 16 / (row_len(dim) + 4)).max(1 << 6)
    }

    /// Tokens after which a segment is closed. Its codes and its file are in memory until then.
    pub(crate) fn tokens_per_segment(&self, dim: usize) -> usize {
        let per_token = 2 * (row_len(dim) * self.bits.get() / 8 + 12);
        (self.memory / 2 / per_token).clamp(1 << 10, TOKENS_PER_SEGMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_tokens_are_flat_and_many_have_the_wanted_centroids() {
        let options = BuildOptions::default();
        let flat = BuildPlan { num_centroids: 0, sample_tokens: 0 };
        assert_eq!(BuildPlan::new(&options, 128, options.flat_tokens), flat);
        let plan = BuildPlan::new(&options, 128, 438_069);
        assert_eq!(plan.num_centroids, options.num_centroids_for(438_069));
        let options = BuildOptions { flat_tokens: 0, num_centroids: Some(9), ..options };
        assert_eq!(BuildPlan::new(&options, 2, 5).num_centroids, 5);
    }

    #[test]
    fn little_memory_makes_fewer_centroids_and_smaller_segments() {
        let options = BuildOptions { memory: 8 << 20, ..Default::default() };
        let plan = BuildPlan::new(&options, 128, 20_000_000);
        assert!(plan.num_centroids < options.num_centroids_for(20_000_000));
        assert!(plan.sample_tokens >= plan.num_centroids);
        assert!(options.tokens_per_segment(128) < BuildOptions::default().tokens_per_segment(128));
    }
}
