//! How far a search looks.

use serde::{Deserialize, Serialize};

/// How far a search through an index looks.
///
/// What is `None` is chosen by `k` and the size of the collection.
///
/// ```
/// use jacolbert_search::SearchOptions;
///
/// let options = SearchOptions { k: 20, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchOptions {
    /// Number of hits wanted; clipped to the number of passages.
    pub k: usize,
    /// Cells looked into per query token, where a collection is too large for a look at the codes of
    /// every passage. More find more candidates; each costs the reading of its list. Where the cells
    /// hold fewer than `k` passages, all passages are candidates.
    pub n_probe: Option<usize>,
    /// Candidates whose residuals are scored, in bytes; at least `k`. `None` goes on until what the
    /// scores of others have gained by their residuals would hardly make a further one a hit, through
    /// [`n_rescored_for`](Self::n_rescored_for) `k` and the collection at most. The cost of each is
    /// that of its tokens. Passages of flat segments come on top.
    pub n_rescored: Option<usize>,
    /// The best of those, which are decoded and scored in `f32`; at least `k`. `None` takes
    /// [`n_exact_for`](Self::n_exact_for) `k`. Each costs some four of those.
    pub n_exact: Option<usize>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { k: 10, n_probe: None, n_rescored: None, n_exact: None }
    }
}

/// Cells looked into per query token unless told.
const N_PROBE: usize = 32;

impl SearchOptions {
    /// Everything is looked into and scored: as [`exhaustive_search`](crate::exhaustive_search), on
    /// decoded passages.
    pub fn exact(k: usize) -> Self {
        let all = Some(usize::MAX);
        Self { k, n_probe: all, n_rescored: all, n_exact: all }
    }

    /// Candidates rescored at most for `k` hits of a collection unless told: 24 times the cube root of
    /// the number of passages, and 6 more for each hit past the tenth.
    pub fn n_rescored_for(k: usize, num_passages: usize) -> usize {
        let base = (24.0 * (num_passages as f64).cbrt()).ceil() as usize;
        k.saturating_sub(10).saturating_mul(6).saturating_add(base)
    }

    /// Passages scored in `f32` for `k` hits unless told: a sixteenth more, and 3.
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
