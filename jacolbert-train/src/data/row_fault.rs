//! Faults of a line of training data.

/// A fault of a line of training data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The line is not JSON of the expected form.
    #[error("not {expected}: {message}")]
    Json {
        /// The form.
        expected: &'static str,
        /// The message of the parser, with the column.
        message: String,
    },
    /// The line does not have the expected parts.
    #[error("not of the form {expected}")]
    Shape {
        /// The form.
        expected: &'static str,
    },
    /// An earlier line of the table has the same id.
    #[error("an earlier line has the id `{id}` too")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// The text of a query or passage is empty or white space.
    #[error("a text is empty")]
    EmptyText,
    /// The table of queries lacks an id.
    #[error("no query has id `{id}`")]
    UnknownQuery {
        /// The id.
        id: String,
    },
    /// The collection lacks an id.
    #[error("no passage has id `{id}`")]
    UnknownPassage {
        /// The id.
        id: String,
    },
    /// A row has no positive.
    #[error("no positive")]
    NoPositive,
    /// A passage is both a positive and a negative of a query.
    #[error("`{passage}` is both positive and negative")]
    NegativeIsPositive {
        /// Its id, or the beginning of its text.
        passage: String,
    },
    /// Not all passages have scores of a teacher, while earlier lines or other passages have them.
    #[error("passages without scores, where others have them")]
    ScoresMissing,
    /// The line has scores of a teacher, while earlier lines have none.
    #[error("passages with scores, where earlier lines have none")]
    ScoresUnexpected,
    /// A row has fewer negatives than a query needs.
    #[error("{found} negatives; {needed} are needed")]
    TooFewNegatives {
        /// Negatives of the row.
        found: usize,
        /// Passages per query minus one.
        needed: usize,
    },
}
