//! What is wrong with a line of columns.

use std::fmt;

/// What is wrong with a line of TREC or BEIR columns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// It has another number of fields than its format, at tabs and at white space.
    NumFields {
        /// Number of fields at white space; in a BEIR file, at tabs.
        found: usize,
    },
    /// A column of numbers has something else.
    NotANumber {
        /// The column.
        column: &'static str,
        /// What it has.
        value: String,
    },
    /// An id of a TREC file is in quotes, which trec_eval takes for a part of the id and pandas and csv
    /// write around it.
    QuotedId {
        /// The id, with its quotes.
        id: String,
    },
    /// A field of a BEIR file begins with a quote that is not closed, so that it may be part of the id or
    /// begin a field with tabs or line ends.
    OpenQuote {
        /// The field.
        field: String,
    },
    /// A BEIR file begins with a judgement in the place of its header.
    MissingHeader,
    /// The header of a BEIR file names the documents before the queries, so that its order and its names
    /// do not agree.
    SwappedHeader,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NumFields { found } => write!(f, "found {found} fields"),
            Self::NotANumber { column, value } => {
                write!(f, "the {column} {value:?} is not a number")
            }
            Self::QuotedId { id } => write!(
                f,
                "the quotes of {id} may be part of the id, as in trec_eval, or stand around it, as \
                 pandas writes them; write the file without quotes",
            ),
            Self::OpenQuote { field } => write!(
                f,
                "the quote of {field} is not closed: it may be part of the id, or begin an id with a \
                 tab or line end; if it is part of the id, write \"{}\"",
                field.replace('"', "\"\""),
            ),
            Self::MissingHeader => f.write_str("the header is missing"),
            Self::SwappedHeader => f.write_str(
                "the header names documents before queries, while BEIR reads queries first whatever \
                 the names; swap the columns or the names",
            ),
        }
    }
}
