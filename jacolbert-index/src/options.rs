//! How an index is built.

use serde::{Deserialize, Serialize};

use crate::Bits;

/// Settings of a build. An index keeps them and uses them when it grows.
///
/// ```
/// use jacolbert_index::{Bits, BuildOptions};
///
/// let options = BuildOptions { bits: Bits::Four, ..Default::default() };
/// assert_eq!(options.num_centroids_for(438_069), 16_384);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuildOptions {
    /// Bits per residual component. Default: 2. More bits bring decoded tokens closer to the original;
    /// each costs `dim / 8` bytes per token. See [`Bits`].
    pub bits: Bits,
    /// Maximum number of tokens that are stored as exact rows. Default: 65,536. An index with more tokens
    /// gets a codebook; tokens that are added later stay exact until there are more of them than this.
    /// Exact rows cost `dim + 4` bytes each, and every search scores all of them.
    pub flat_tokens: usize,
    /// Number of centroids, from 1 to the number of tokens. By default
    /// [`num_centroids_for`](Self::num_centroids_for) the number of tokens. More centroids improve decoded
    /// tokens and let searches look at fewer passages; each costs `dim + 4` bytes, and every query is
    /// multiplied with all of them.
    pub num_centroids: Option<usize>,
    /// Number of k-means iterations. Default: 4. More fit the centroids slightly better; build time grows
    /// in proportion.
    pub kmeans_iterations: usize,
    /// Maximum number of tokens per centroid that k-means is trained on, at least 1; they are drawn at
    /// random. Default: 12. More fit the centroids better; build time and memory grow in proportion.
    pub sample_tokens_per_centroid: usize,
    /// Bytes of memory that a build in a folder may use, apart from the texts and ids of its caller.
    /// Default: 192 MiB. Less memory makes smaller segments and, below about 150 MB and in large
    /// collections, fewer centroids.
    pub memory: usize,
    /// Seed of the random draws. Default: 42. The same seed, input and machine give the same bytes.
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
    /// The default number of centroids: the largest power of two that is at most
    /// `32 * sqrt(num_tokens)`, an eighth of the tokens, and 65,536.
    ///
    /// That is twice PLAID's rule (arXiv 2205.09707, section 5.1). With twice as many centroids, half as
    /// many passages need to be rescored, and two bits lose less. Codes of up to 65,536 centroids take two
    /// bytes. A centroid of one or two tokens leaves no residual to learn the levels from, hence at least
    /// eight tokens per centroid.
    pub fn num_centroids_for(&self, num_tokens: usize) -> usize {
        let bound = (32.0 * (num_tokens as f64).sqrt()) as usize;
        bound.min(num_tokens / 8).checked_ilog2().map_or(1, |log| 1 << log.min(16))
    }
}

/// Progress of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProgress {
    /// K-means is running.
    Clustering {
        /// Iterations done.
        done: usize,
        /// Iterations in total.
        of: usize,
    },
    /// Tokens are being encoded.
    Encoding {
        /// Tokens done.
        done: usize,
        /// Tokens in total.
        of: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_are_defaults_and_unknown_ones_are_refused() -> serde_json::Result<()> {
        let options: BuildOptions = serde_json::from_str(r#"{"seed":7}"#)?;
        assert_eq!(options, BuildOptions { seed: 7, ..Default::default() });
        assert!(serde_json::from_str::<BuildOptions>(r#"{"sed":7}"#).is_err());
        Ok(())
    }
}
