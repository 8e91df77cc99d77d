//! The precision of lengths.

use serde::{Deserialize, Serialize};
use tantivy::fieldnorm::FieldNormReader;

/// The precision of the length of a passage.
///
/// ```
/// assert_eq!(jacolbert_documents::Lengths::default(), jacolbert_documents::Lengths::Exact);
/// ```
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
    pub(super) fn kept(self, length: u32) -> u32 {
        match self {
            Self::Exact => length,
            Self::Lucene => {
                FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length))
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
        assert_eq!(Lengths::Lucene.kept(u32::MAX), 2_013_265_944);
    }
}
