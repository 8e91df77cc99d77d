//! The order of documents with equal scores.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The order of documents with equal scores, which changes published figures.
///
/// Half-precision scores tie often: in JaColBERTv2.5's published JQaRA run most rows share their
/// score with another row, and nDCG@10 is 0.6420 under the first rule and 0.6409 under the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TieRule {
    /// Scores as `f64`, equal ones in the order of the input.
    ///
    /// With the published runs of JQaRA this gives the published figures, which were made with ranx.
    /// The sort of ranx 0.3 is not stable: on those files it differs from them by up to 0.0013.
    #[default]
    InputOrder,
    /// Scores rounded to `f32`, equal ones by document id, descending by bytes, as trec_eval does.
    DocumentDescending,
}

impl fmt::Display for TieRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InputOrder => "ties in input order (as ranx)",
            Self::DocumentDescending => "ties by document id descending, f32 scores (as trec_eval)",
        })
    }
}
