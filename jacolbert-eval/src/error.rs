//! What can go wrong: one error, whose variants carry the position and the ids.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::gap::Gap;
use crate::line_fault::LineFault;
use crate::metric::Metric;
use crate::origin::{Format, Origin};
use crate::text_encoding::TextEncoding;

/// Why qrels, a run or a metric could not be read, evaluated or compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line without the fields of its format.
    #[error("{origin}: {fault}; expected a line of {expected}")]
    Malformed {
        /// Where the line is.
        origin: Origin,
        /// The expected format.
        expected: Format,
        /// What is wrong with the line.
        fault: LineFault,
    },
    /// A line of another format, such as qrels given as a run.
    #[error("{origin}: expected a line of {expected}, found one of {found}")]
    WrongFormat {
        /// Where the line is.
        origin: Origin,
        /// The expected format.
        expected: Format,
        /// The format that the line has.
        found: Format,
    },
    /// A line or file that is not the expected JSON.
    #[error("{origin}: not the expected JSON")]
    Json {
        /// Where the text is.
        origin: Origin,
        /// The error of the parser.
        source: serde_json::Error,
    },
    /// A line that is not UTF-8.
    #[error("{origin}: not valid UTF-8{}", seems(looks_like))]
    Utf8 {
        /// Where the line is.
        origin: Origin,
        /// The encoding that the line seems to have.
        looks_like: Option<TextEncoding>,
    },
    /// An empty query id or document id.
    #[error("{origin}: empty id")]
    EmptyId {
        /// Where the id is.
        origin: Origin,
    },
    /// An id with the character U+0000, at which other programs end it.
    #[error("{origin}: the id {id:?} has the character U+0000")]
    NulInId {
        /// Where the id is.
        origin: Origin,
        /// The id.
        id: String,
    },
    /// An id that occurs twice in a collection of documents or queries.
    #[error("{origin}: id {id:?} stands here a second time")]
    DuplicateId {
        /// Where the second one is.
        origin: Origin,
        /// The id.
        id: String,
    },
    /// A document that occurs twice in the ranking of one query.
    #[error("{origin}: document {document:?} is ranked a second time for query {query:?}")]
    DuplicateDocument {
        /// Where the second one is.
        origin: Origin,
        /// The query.
        query: String,
        /// The document.
        document: String,
    },
    /// A document that is judged twice for one query, with different grades.
    #[error("{origin}: document {document:?} has grade {first} for query {query:?}, now {second}")]
    ConflictingGrades {
        /// Where the second judgement is.
        origin: Origin,
        /// The query.
        query: String,
        /// The document.
        document: String,
        /// The grade that was given first.
        first: i32,
        /// The grade that was given second.
        second: i32,
    },
    /// A grade that is not a whole number of 32 bits.
    #[error("{origin}: grade {grade} of document {document:?} for query {query:?} {fault}")]
    Grade {
        /// Where the grade is.
        origin: Origin,
        /// The query.
        query: String,
        /// The document.
        document: String,
        /// The grade.
        grade: f64,
        /// What is wrong with it.
        fault: GradeFault,
    },
    /// A score that is NaN or infinite.
    #[error("{origin}: score {score} of document {document:?} for query {query:?} is not finite")]
    NonFiniteScore {
        /// Where the score is.
        origin: Origin,
        /// The query.
        query: String,
        /// The document.
        document: String,
        /// The score.
        score: f64,
    },
    /// A run without results.
    #[error("{origin}: the run has no results")]
    EmptyRun {
        /// The file, or the run's name.
        origin: Origin,
    },
    /// Qrels without judgements.
    #[error("{origin}: the qrels have no judgements")]
    EmptyQrels {
        /// The file.
        origin: Origin,
    },
    /// An id with white space, or in a TREC file in quotes, which the format cannot hold.
    #[error("cannot write id {id:?} to {}: the format has no such ids", path.display())]
    UnwritableId {
        /// The file that was to be written.
        path: PathBuf,
        /// The id.
        id: String,
    },
    /// A name that is not a metric's.
    #[error("unknown metric {name:?}, expected one such as {}", Metric::EXAMPLES)]
    UnknownMetric {
        /// The name.
        name: String,
    },
    /// A query that a [`Policy`](crate::Policy) of the caller forbids.
    #[error("run {run:?}: query {query:?} {gap}")]
    Gap {
        /// The run's name.
        run: String,
        /// The query.
        query: String,
        /// What it lacks.
        gap: Gap,
    },
    /// Every query was skipped, so that there is no mean.
    #[error("run {run:?}: no query is left to evaluate")]
    NoQueries {
        /// The run's name.
        run: String,
    },
    /// A metric that the report does not hold.
    #[error("the report of run {run:?} has no {metric}")]
    MissingMetric {
        /// The run's name.
        run: String,
        /// The metric.
        metric: Metric,
    },
    /// Two reports over different queries, metrics or options.
    #[error("runs {first:?} and {second:?} differ in {difference}")]
    Incomparable {
        /// The name of the first run.
        first: String,
        /// The name of the second run.
        second: String,
        /// What differs.
        difference: Difference,
    },
    /// Too few values for a statistic.
    #[error("{found} paired values, at least {needed} are needed")]
    TooFewValues {
        /// The number of values.
        found: usize,
        /// The number of values needed.
        needed: usize,
    },
    /// Two lists of values to pair that differ in length.
    #[error("{first} values cannot be paired with {second}")]
    Unpaired {
        /// Length of the first.
        first: usize,
        /// Length of the second.
        second: usize,
    },
    /// A value of an option outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Setting {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its range, in words.
        expected: &'static str,
    },
}

impl Error {
    /// The same error with its position, if it has one.
    pub(crate) fn with_origin(mut self, position: &dyn Fn() -> Origin) -> Self {
        if let Self::Malformed { origin, .. }
        | Self::WrongFormat { origin, .. }
        | Self::Json { origin, .. }
        | Self::EmptyId { origin }
        | Self::NulInId { origin, .. }
        | Self::Grade { origin, .. }
        | Self::DuplicateId { origin, .. }
        | Self::DuplicateDocument { origin, .. }
        | Self::ConflictingGrades { origin, .. }
        | Self::NonFiniteScore { origin, .. } = &mut self
        {
            *origin = position();
        }
        self
    }
}

/// The end of the message about text that is not UTF-8.
fn seems(encoding: &Option<TextEncoding>) -> String {
    let Some(encoding) = encoding else { return String::new() };
    let name = encoding.iconv_name();
    format!("; it looks like {encoding}: convert the file with `iconv -f {name} -t UTF-8`")
}

/// What is wrong with a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GradeFault {
    /// It is not a whole number.
    Fraction,
    /// It does not fit into 32 bits.
    OutOfRange,
}

impl fmt::Display for GradeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fraction => "is a fraction, and grades are whole numbers",
            Self::OutOfRange => "is not between -2147483648 and 2147483647",
        })
    }
}

/// Why two reports cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The queries that were evaluated.
    Queries,
    /// The metrics.
    Metrics,
    /// The tie rule, the threshold or a policy.
    Options,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queries => "the queries that were evaluated",
            Self::Metrics => "the metrics",
            Self::Options => "the options of the evaluation",
        })
    }
}
