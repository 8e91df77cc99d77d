//! Scoring the codes of an index for one query, before any token is decoded.

mod centroid_scores;
mod packed_query;
mod scorer;
mod scratch;

pub use centroid_scores::CentroidScores;
pub use packed_query::PackedQuery;
pub use scorer::Scorer;
pub(crate) use scratch::{Scratch, TOKENS_PER_BLOCK};
