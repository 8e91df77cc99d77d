//! The parts of a passage's score.

use serde::{Deserialize, Serialize};

/// The parts of a passage's score, as far as the search computed them.
///
/// ```no_run
/// # let collection = jacolbert::Collection::open("my-index")?;
/// for hit in &collection.search("一番高い山は？", 10)? {
///     println!("{:?}", hit.scores.late_interaction);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scores {
    /// Its MaxSim score; see [`maxsim`](crate::search::maxsim). A search for words only does not compute it.
    pub late_interaction: Option<f32>,
    /// Its BM25 score, 0 if it has no term of the query. Only hybrid searches and searches for words compute it.
    pub bm25: Option<f64>,
    /// What a hybrid search made of both, by which it ranks.
    pub fused: Option<f64>,
}

impl Scores {
    /// The score of late interaction divided by the number of rows of the query; 0 if it was not computed.
    pub(crate) fn normalised(&self, num_rows: usize) -> f32 {
        self.late_interaction.map_or(0.0, |score| score / num_rows as f32)
    }
}
