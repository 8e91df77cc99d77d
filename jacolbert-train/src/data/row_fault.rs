//! Faults of a line of training data.

use std::fmt;
use std::path::PathBuf;

/// A fault of a line of training data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
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
    /// All ids of a table have quotes around them, as a CSV writer puts them, but quotes of a text are not
    /// those of a CSV writer.
    #[error(
        "quotes are part of the text here, while those around all ids seem to be a CSV writer's: remove \
         them from the ids, or put quotes around the text and double those inside"
    )]
    QuotedIds,
    /// A quote opens in one text of a line and closes in another.
    #[error(
        "a quote opens in one text and closes in another: it may be one text with a tab, as a CSV writer \
         quotes it, or two; write a space for the tab, or leave out the quotes"
    )]
    OpenQuote,
    /// A line of a table has an id with the character NUL.
    #[error("the id {id:?} has a NUL")]
    NulInId {
        /// The id.
        id: String,
    },
    /// The text of a query, passage or answer is empty or white space.
    #[error("{text} is empty")]
    EmptyText {
        /// Which text.
        text: TextPlace,
    },
    /// Two lines of a table have the same id and different texts.
    #[error("{text} has another text in line {other}")]
    TwoTexts {
        /// The first of the two.
        text: TextPlace,
        /// The line of the other.
        other: usize,
    },
    /// A line of a table has more than an id and a text.
    #[error(
        "{text} has {found} fields: the third may be the rest of a text with a tab, or a title, as \
         colbert-ai has it; write a space for the tab, or `title | text`"
    )]
    ManyFields {
        /// Which text.
        text: TextPlace,
        /// The number of fields.
        found: usize,
    },
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

/// The place of a text in training data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextPlace {
    /// The query of the line or item.
    Query,
    /// A passage of the line or item.
    Passage {
        /// Its position, from 1, positives first.
        position: usize,
    },
    /// An answer of a query.
    Answer,
    /// A line of a table that the row names.
    Table {
        /// The id.
        id: String,
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query => write!(f, "the query"),
            Self::Passage { position } => write!(f, "passage {position}"),
            Self::Answer => write!(f, "the answer"),
            Self::Table { id, path, line } => {
                write!(f, "the text with id `{id}` ({}, line {line})", path.display())
            }
        }
    }
}

/// The first characters of a text.
pub(crate) fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 40;
    text.chars().take(CHARACTERS).collect()
}
