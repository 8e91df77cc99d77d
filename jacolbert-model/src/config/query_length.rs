//! The number of tokens of a query.

use serde::{Deserialize, Serialize};

/// Number of tokens of a query, with `[CLS]`, marker and `[SEP]`.
///
/// Encoding and search time grow in proportion. The `[MASK]`s that fill a query take part in MaxSim like its own
/// tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryLength {
    /// Exactly this many: a longer query is cut, a shorter one filled with `[MASK]`.
    Fixed(usize),
    /// At most this many: a longer query is cut, a shorter one stays as it is. PyLate calls this "no query
    /// expansion".
    AtMost(usize),
    /// Depends on the query's own length `L`: filled with `[MASK]` to `L + 8` if `L mod 32 ≤ 8`, else to the next
    /// multiple of 32, and at most to the model's positions.
    ///
    /// This is the rule of the re-ranking code in JQaRA, which the authors of JaColBERT v2.5
    /// corrected. A query longer than the model's positions is cut to them.
    Dynamic,
}

impl QueryLength {
    /// The maximum number of tokens in a model with so many `positions`.
    pub(crate) fn max(self, positions: usize) -> usize {
        match self {
            Self::Fixed(length) | Self::AtMost(length) => length,
            Self::Dynamic => positions,
        }
    }

    /// The number of tokens of a filled query that has `length` tokens of its own.
    pub(crate) fn filled(self, length: usize) -> usize {
        match self {
            Self::Fixed(filled) => filled,
            Self::AtMost(_) => length,
            Self::Dynamic if length % 32 <= 8 => length + 8,
            Self::Dynamic => length.next_multiple_of(32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamic_length_leaves_8_masks_or_fills_to_32() {
        let check = |length: usize, expected: usize| {
            assert_eq!(QueryLength::Dynamic.filled(length), expected, "{length}");
        };
        check(3, 11);
        check(8, 16);
        check(9, 32);
        check(31, 32);
        check(32, 40);
        check(40, 48);
        check(41, 64);
        check(63, 64);
        check(64, 72);
    }
}
