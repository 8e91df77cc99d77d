//! What was left out of given data.

/// What was left out of given data, because the caller asked for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Queries, passages and answers that are empty or white space. A query is left out with its passages.
    pub empty_texts: usize,
    /// Negatives that are also a positive of their query, whichever came first.
    pub negatives_that_are_positives: usize,
    /// Answers of unknown queries.
    pub answers_of_unknown_queries: usize,
}
