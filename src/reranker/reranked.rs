//! A text that was reranked for a query.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A text that was reranked for a query.
///
/// ```no_run
/// use jacolbert::Retriever;
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// for best in retriever.rerank("一番高い山は？", ["海は広い。", "富士山は高い。"], 10)?.iter() {
///     println!("{} (was {}) {}", best.rank, best.position + 1, best.content);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reranked {
    /// The text.
    pub content: String,
    /// The MaxSim score of its best part; see [`maxsim`](crate::search::maxsim).
    pub score: f32,
    /// The score divided by the number of rows of the query; see
    /// [`Hit::normalised_score`](crate::Hit::normalised_score).
    pub normalised_score: f32,
    /// Its new place, from 1.
    pub rank: usize,
    /// Its place among the given texts, from 0.
    pub position: usize,
    /// Where its best part lies in [`content`](Self::content), in bytes: all of it, unless texts were
    /// [split](crate::Reranker::splitting).
    pub part: Range<usize>,
    /// Number of its best part, from 0.
    pub part_number: usize,
    /// Number of its parts.
    pub num_parts: usize,
    /// Tokens at the end of the best part that the model did not read because it was too long; 0 for most
    /// texts, and for all that were split.
    pub tokens_cut: usize,
}

impl Reranked {
    /// The text of the best part, whose score counts.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// let best = retriever.rerank("一番高い山は？", ["富士山は高い。"], 1)?;
    /// assert_eq!(best[0].best_part(), best[0].content);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn best_part(&self) -> &str {
        self.content.get(self.part.clone()).unwrap_or(&self.content)
    }
}
