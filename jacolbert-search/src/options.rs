//! How far a search looks.

use serde::{Deserialize, Serialize};

/// Settings of a search through an index.
///
/// ```
/// use jacolbert_search::SearchOptions;
///
/// let options = SearchOptions { k: 20, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchOptions {
    /// Number of hits. Default: 10. There are fewer if fewer passages have a token. More hits need more
    /// candidates, so a search takes longer.
    pub k: usize,
    /// Number of cells to read per query token, at least 1. Default: 32. More cells find more candidates;
    /// each costs reading its inverted list. Up to 1,048,576 clustered tokens, and if the cells hold fewer
    /// than `k` passages, all passages are candidates and this setting has no effect. Among a subset of the
    /// passages more cells are read; see [`search_among`](crate::Searcher::search_among).
    pub n_probe: Option<usize>,
    /// Maximum number of candidates to rescore with their residuals, at least `k`. By default, rescoring
    /// stops once further candidates are unlikely to reach the top `k`, and after
    /// [`n_rescored_for`](Self::n_rescored_for) candidates at the latest. More find more of the best
    /// passages; time grows in proportion. Passages of flat segments are always rescored.
    pub n_rescored: Option<usize>,
    /// Number of rescored candidates to decode and score exactly, in `f32`, at least `k`. By default
    /// [`n_exact_for`](Self::n_exact_for) `k`. More correct more of the rounding of byte scores; one exact
    /// score takes about as long as four rescored candidates.
    pub n_exact: Option<usize>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { k: 10, n_probe: None, n_rescored: None, n_exact: None }
    }
}

/// Default number of cells per query token.
const N_PROBE: usize = 32;

impl SearchOptions {
    /// Settings that score every passage exactly: the result is that of
    /// [`exhaustive_search`](crate::exhaustive_search) on the decoded passages.
    pub fn exact(k: usize) -> Self {
        let all = Some(usize::MAX);
        Self { k, n_probe: all, n_rescored: all, n_exact: all }
    }

    /// The default maximum of rescored candidates: 24 times the cube root of the number of passages, and 6
    /// more for each hit after the tenth.
    pub fn n_rescored_for(k: usize, num_passages: usize) -> usize {
        let base = (24.0 * (num_passages as f64).cbrt()).ceil() as usize;
        k.saturating_sub(10).saturating_mul(6).saturating_add(base)
    }

    /// The default number of exactly scored candidates for `k` hits: `k + k / 16 + 3`.
    pub fn n_exact_for(k: usize) -> usize {
        k.saturating_add(k / 16).saturating_add(3)
    }

    pub(crate) fn n_probe(&self) -> usize {
        self.n_probe.unwrap_or(N_PROBE).max(1)
    }

    pub(crate) fn n_rescored(&self, num_passages: usize) -> usize {
        let n = self.n_rescored.unwrap_or_else(|| Self::n_rescored_for(self.k, num_passages));
        n.max(self.k)
    }

    pub(crate) fn n_exact(&self) -> usize {
        self.n_exact.unwrap_or_else(|| Self::n_exact_for(self.k)).max(self.k)
    }
}
