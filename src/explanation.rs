//! Why a passage has its score.

use jacolbert_search::Match;

/// For each token of a query the token of a passage that it matches best.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let query = "一番高い山は？";
/// for hit in &collection.search(query, 3)? {
///     let explanation = collection.explain(query, hit.passage_id)?;
///     println!("{} matches of {}", explanation.matches.len(), hit.document_id);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// One match per token of the query that the model read; their scores add up to the score of the hit.
    pub matches: Vec<Match>,
    /// Tokens at the end of the query that the model did not read because the query was too long; 0 for
    /// most queries.
    pub tokens_cut: usize,
}
