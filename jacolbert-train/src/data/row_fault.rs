//! What is wrong with a line of training data.

/// What is wrong with a line of training data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The line is not JSON, or not JSON of the form that it must have.
    #[error("not {expected}: {message}")]
    Json {
        /// The form.
        expected: &'static str,
        /// What the parser says, with the column.
        message: String,
    },
    /// The line does not have the parts that it must have.
    #[error("not of the form {expected}")]
    Shape {
        /// The form.
        expected: &'static str,
    },
    /// Two lines of a table have the same id; this is the second.
    #[error("id `{id}` stands on an earlier line too")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A text, a query's or a passage's, is empty or nothing but white space.
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
    /// Earlier lines have a teacher's scores, this one has none, or only some of its passages have.
    #[error("passages without scores, where others have them")]
    ScoresMissing,
    /// Earlier lines have no teacher's scores, this one has.
    #[error("passages with scores, where earlier lines have none")]
    ScoresUnexpected,
    /// A row has fewer negatives than a query needs.
    #[error("{found} negatives; {needed} are needed")]
    TooFewNegatives {
        /// Negatives of the row.
        found: usize,
        /// One less than passages of a query.
        needed: usize,
    },
}
