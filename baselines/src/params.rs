//! The parameters of BM25.

use tantivy::fieldnorm::FieldNormReader;

use crate::Error;

/// How BM25 weighs frequency and length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bm25Params {
    /// How much each further occurrence of a term counts, 0 (nothing) to 1000; usually 0.9 to
    /// 1.2.
    pub k1: f64,
    /// How much a passage's length counts, 0 (nothing) to 1 (in full); usually 0.4 to 0.75.
    pub b: f64,
    /// How lengths are kept.
    pub lengths: Lengths,
}

impl Default for Bm25Params {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75, lengths: Lengths::Exact }
    }
}

impl Bm25Params {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(0.0..=1000.0).contains(&self.k1) {
            return Err(Error::Parameter { name: "k1", value: self.k1, expected: "0 to 1000" });
        }
        if !(0.0..=1.0).contains(&self.b) {
            return Err(Error::Parameter { name: "b", value: self.b, expected: "0 to 1" });
        }
        Ok(())
    }

    /// What each passage adds to a term's frequency below the line, `k1 * (1 - b + b * l / m)`.
    ///
    /// The mean is of exact lengths. Where it is 0 no passage has a term, and no norm is asked for.
    pub(crate) fn norms(&self, lengths: &[usize]) -> Vec<f64> {
        let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        let norm = |&length: &usize| {
            let length = self.lengths.kept(length) as f64;
            self.k1 * (1.0 - self.b + self.b * length / mean)
        };
        lengths.iter().map(norm).collect()
    }
}

/// How the length of a passage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lengths {
    /// As it is.
    #[default]
    Exact,
    /// In one byte, as Lucene and tantivy keep it: exact up to 40, above rounded down by less than
    /// an eighth.
    ///
    /// For figures that are to equal those of such a library.
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
