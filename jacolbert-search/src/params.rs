//! Parameters of a search.

/// How far a search through an index looks.
///
/// ```
/// use jacolbert_search::SearchParams;
///
/// let params = SearchParams { k: 20, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SearchParams {
    /// Number of hits wanted; clipped to the number of passages.
    pub k: usize,
    /// Cells looked into per query token. More find more candidates; each costs the reading of its
    /// list and the approximate scores of its passages. Where the cells hold fewer than `k`
    /// passages, more are looked into until they do.
    pub n_probe: usize,
    /// Candidates that are decoded and scored exactly, at least `k`; `None` takes
    /// [`n_rescored_for`](Self::n_rescored_for) `k`. The cost of each is that of its tokens.
    pub n_rescored: Option<usize>,
}

impl Default for SearchParams {
    fn default() -> Self {
        Self { k: 10, n_probe: 8, n_rescored: None }
    }
}

impl SearchParams {
    /// Everything is looked into and scored: as [`exhaustive_search`](crate::exhaustive_search), on
    /// decoded passages.
    pub fn exact(k: usize) -> Self {
        Self { k, n_probe: usize::MAX, n_rescored: Some(usize::MAX) }
    }

    /// Candidates rescored for `k` hits unless told: 16 a hit, within 256 to 1,024, and never fewer
    /// than four a hit.
    pub fn n_rescored_for(k: usize) -> usize {
        k.saturating_mul(16).clamp(256, 1_024).max(k.saturating_mul(4))
    }

    pub(crate) fn n_rescored(&self) -> usize {
        self.n_rescored.unwrap_or_else(|| Self::n_rescored_for(self.k)).max(self.k)
    }
}
