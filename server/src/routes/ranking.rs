//! What ranks the passages of a search.

use jacolbert::{Fusion, OnDisk, SearchBuilder};
use serde::Deserialize;
use utoipa::ToSchema;

/// What ranks the passages of a search; by default late interaction alone. All but that need a collection with words.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ranking {
    /// Late interaction and BM25, united as is best by measurement.
    Hybrid,
    /// BM25 alone; the query is not encoded.
    Words,
    /// BM25 adds candidates, and late interaction alone ranks them.
    MaxSim,
    /// `1 / (constant + r) + words / (constant + w)` of the ranks by late interaction and by BM25.
    ReciprocalRank {
        /// How little the first ranks count more than the next; often 60.
        constant: f64,
        /// Weight of BM25.
        words: f64,
    },
    /// The sum of both scores, each of them centred and scaled among the candidates.
    Weighted {
        /// Weight of BM25.
        words: f64,
    },
}

impl Ranking {
    /// The search that is ranked so.
    pub(crate) fn apply<'c, Q>(
        self,
        search: SearchBuilder<'c, OnDisk, Q>,
    ) -> SearchBuilder<'c, OnDisk, Q> {
        match self {
            Self::Hybrid => search.hybrid(Fusion::default()),
            Self::Words => search.words_only(),
            Self::MaxSim => search.hybrid(Fusion::MaxSim),
            Self::ReciprocalRank { constant, words } => {
                search.hybrid(Fusion::ReciprocalRank { constant, words })
            }
            Self::Weighted { words } => search.hybrid(Fusion::Weighted { words }),
        }
    }
}
