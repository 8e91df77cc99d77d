//! How an index is built.

use serde::{Deserialize, Serialize};

use crate::Bits;

/// Settings of a build, which an index keeps for the time when it grows.
///
/// ```
/// use jacolbert_index::{Bits, BuildOptions};
///
/// let options = BuildOptions { bits: Bits::Four, ..Default::default() };
/// assert_eq!(options.num_centroids_for(438_069), 16_384);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuildOptions {
    /// Bits per residual component; see [`Bits`].
    pub bits: Bits,
    /// Tokens up to which an index has exact rows and no codebook: `dim + 4` bytes each, all scored by
    /// every search. Also the tokens that may be added, in one or more commits, before they are
    /// encoded.
    pub flat_tokens: usize,
    /// Number of centroids; `None` takes [`num_centroids_for`](Self::num_centroids_for) the number
    /// of tokens. At least 1 and at most one a token are taken. More make decoded tokens better and
    /// searches narrower; they cost `dim + 4` bytes each, and each query is multiplied with all.
    pub num_centroids: Option<usize>,
    /// Rounds of k-means. More fit a little better; each costs the same time.
    pub kmeans_iterations: usize,
    /// Tokens per centroid that k-means looks at, at most, from 1; they are drawn from all tokens. More
    /// fit better; build time and memory grow in proportion.
    pub sample_tokens_per_centroid: usize,
    /// Bytes of memory that a build in a folder may take, beside the texts and ids of its caller. Fewer
    /// make smaller segments and, below some 150 MB and for large collections, a coarser codebook.
    pub memory: usize,
    /// Seed of the draw and of k-means. Same seed, input and machine: same bytes.
    pub seed: u64,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            bits: Bits::default(),
            flat_tokens: 1 << 16,
            num_centroids: None,
            kmeans_iterations: 4,
            sample_tokens_per_centroid: 12,
            memory: 192 << 20,
            seed: 42,
        }
    }
}

impl BuildOptions {
    /// The power of two at or below `32 * sqrt(tokens)`, at most 65,536, with which codes take two bytes,
    /// and at most an eighth of the tokens.
    ///
    /// That is twice PLAID's rule (arXiv 2205.09707, section 5.1): the centroids tell passages apart
    /// so much better that half as many need to be rescored, and two bits lose less. A centroid of one
    /// token or two is that token, which leaves no residual from which the levels could be learnt.
    pub fn num_centroids_for(&self, num_tokens: usize) -> usize {
        let bound = (32.0 * (num_tokens as f64).sqrt()) as usize;
        bound.min(num_tokens / 8).checked_ilog2().map_or(1, |log| 1 << log.min(16))
    }
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProgress {
    /// Rounds of k-means.
    Clustering {
        /// Rounds done.
        done: usize,
        /// Rounds in all.
        of: usize,
    },
    /// Tokens encoded.
    Encoding {
        /// Tokens done.
        done: usize,
        /// Tokens in all.
        of: usize,
    },
}
