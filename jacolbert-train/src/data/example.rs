//! One query with its passages.

use super::row_source::RowSource;

/// One query with `n_way` passages.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The row that it comes from.
    pub source: RowSource,
    /// The text of the query.
    pub query: String,
    /// Texts of its passages, `[n_way]`, the positive first.
    pub passages: Vec<String>,
    /// Ids of its passages, `[n_way]`; their texts if rows have texts.
    pub names: Vec<String>,
    /// Ids of all positives of the row; their texts if rows have texts.
    pub positives: Vec<String>,
    /// Scores of a teacher for the passages, `[n_way]`; empty if the file has none.
    pub teacher: Vec<f32>,
}
