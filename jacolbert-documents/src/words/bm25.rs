//! The formula of BM25.

use serde::{Deserialize, Serialize};

use super::lengths::Lengths;
use crate::Error;

/// How BM25 weighs frequency and length.
///
/// The score is that of Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009),
/// equation 3.15, with the idf of Lucene, which is never negative. Over the terms `t` of the query, with
/// repetitions:
///
/// ```text
/// sum of  ln(1 + (N - n(t) + 0.5) / (n(t) + 0.5)) * (k1 + 1) * f / (f + k1 * (1 - b + b * l / m))
/// ```
///
/// `N` is the number of passages, `n(t)` that of passages with the term, `f` how often the passage has it, `l` the
/// passage's length in terms and `m` the mean length. Deleted passages count nowhere.
///
/// ```
/// use jacolbert_documents::Bm25Options;
///
/// let options = Bm25Options { k1: 0.9, ..Default::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bm25Options {
    /// Weight of further occurrences of a term, 0 to 1000; usually 0.9 to 1.2. Default: 1.2. With 0
    /// only the first occurrence counts; with more, frequent terms count more.
    pub k1: f64,
    /// Influence of a passage's length, 0 to 1; usually 0.4 to 0.75. Default: 0.75. With more, long
    /// passages score lower.
    pub b: f64,
    /// The precision of lengths. Default: [`Lengths::Exact`].
    pub lengths: Lengths,
}

impl Default for Bm25Options {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75, lengths: Lengths::Exact }
    }
}

impl Bm25Options {
    /// Checks that the numbers are in their ranges.
    ///
    /// ```
    /// use jacolbert_documents::{Bm25Options, Error};
    ///
    /// let options = Bm25Options { b: 2.0, ..Default::default() };
    /// assert!(matches!(options.check(), Err(Error::Bm25Option { name: "b", .. })));
    /// ```
    ///
    /// # Errors
    /// [`Error::Bm25Option`].
    pub fn check(&self) -> Result<(), Error> {
        if !(0.0..=1000.0).contains(&self.k1) {
            return Err(Error::Bm25Option { name: "k1", value: self.k1, expected: "0 to 1000" });
        }
        if !(0.0..=1.0).contains(&self.b) {
            return Err(Error::Bm25Option { name: "b", value: self.b, expected: "0 to 1" });
        }
        Ok(())
    }

    /// The norm of a passage of `length` terms, `k1 * (1 - b + b * l / m)`, a summand of the score's denominator.
    ///
    /// The mean is of exact lengths. If it is 0, no passage has a term and no norm is used.
    pub(super) fn norm(&self, length: u32, mean: f64) -> f64 {
        let length = f64::from(self.lengths.kept(length));
        self.k1 * (1.0 - self.b + self.b * length / mean)
    }

    /// The most that a term can add to a score: it is in `with` of `num_passages` passages, and `count` times in
    /// the query.
    pub(super) fn weight(&self, count: u32, with: u64, num_passages: u64) -> f64 {
        let without = num_passages as f64 - with as f64;
        let idf = (1.0 + (without + 0.5) / (with as f64 + 0.5)).ln();
        f64::from(count) * idf * (self.k1 + 1.0)
    }
}
