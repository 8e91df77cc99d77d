//! A passage that a search found.

use jacolbert_index::PassageId;
use jacolbert_search::Hit;

use crate::scores::Scores;

/// A passage that a search found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) passage: PassageId,
    /// The score by which it is ranked.
    pub(crate) score: f32,
    pub(crate) scores: Scores,
}

/// A hit of late interaction.
impl From<Hit> for Found {
    fn from(hit: Hit) -> Self {
        let scores = Scores { late_interaction: Some(hit.score), ..Scores::default() };
        Self { passage: hit.passage, score: hit.score, scores }
    }
}
