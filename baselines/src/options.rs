//! Options of BM25.

use serde::{Deserialize, Serialize};
use tantivy::fieldnorm::FieldNormReader;

use crate::Error;

/// How BM25 weighs frequency and length.
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
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(0.0..=1000.0).contains(&self.k1) {
            return Err(Error::Setting { name: "k1", value: self.k1, expected: "0 to 1000" });
        }
        if !(0.0..=1.0).contains(&self.b) {
            return Err(Error::Setting { name: "b", value: self.b, expected: "0 to 1" });
        }
        Ok(())
    }

    /// The norm of each passage, `k1 * (1 - b + b * l / m)`, a summand of the score's denominator.
    ///
    /// The mean is of exact lengths. If it is 0, no passage has a term and no norm is used.
    pub(crate) fn norms(&self, lengths: &[usize]) -> Vec<f64> {
        let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        let norm = |&length: &usize| {
            let length = self.lengths.kept(length) as f64;
            self.k1 * (1.0 - self.b + self.b * length / mean)
        };
        lengths.iter().map(norm).collect()
    }
}

/// The precision of the length of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Lengths {
    /// The exact length.
    #[default]
    Exact,
    /// One byte, as in Lucene and tantivy: exact up to 40, above that rounded down by less than an
    /// eighth.
    ///
    /// With it, scores equal those of such a library.
    Lucene,
}

impl Lengths {
    fn kept(self, length: usize) -> usize {
        match self {
            Self::Exact => length,
            Self::Lucene => {
                let length = u32::try_from(length).unwrap_or(u32::MAX);
                FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length)) as usize
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_one_byte_are_exact_up_to_40_and_less_than_an_eighth_below_beyond() {
        for length in 0..100_000 {
            let kept = Lengths::Lucene.kept(length);
            let bound = if length <= 40 { length } else { length - length.div_ceil(8) + 1 };
            assert!((bound..=length).contains(&kept), "{length} is kept as {kept}");
        }
    }

    #[test]
    fn a_length_beyond_the_largest_step_is_kept_as_the_largest() {
        assert_eq!(Lengths::Lucene.kept(usize::MAX), 2_013_265_944);
    }
}
