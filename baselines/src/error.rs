//! What can go wrong: one error, whose variants carry what it is about.

use std::error::Error as StdError;

/// What an analyzer from outside may say when it cannot cut a text.
pub type AnalyzerError = Box<dyn StdError + Send + Sync>;

/// Why passages could not be indexed or searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter outside of its range.
    #[error("{name} is {value}, expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A passage whose id another one has.
    #[error("passage id {id:?} is there twice")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// The analyzer could not cut a passage.
    #[error("cannot cut passage {id:?} into terms")]
    PassageTerms {
        /// The passage.
        id: String,
        /// What the analyzer said.
        source: AnalyzerError,
    },
    /// The analyzer could not cut a query.
    #[error("cannot cut query {query:?} into terms")]
    QueryTerms {
        /// The text of the query.
        query: String,
        /// What the analyzer said.
        source: AnalyzerError,
    },
    /// The postings could not be written or read.
    #[error("cannot write or read the postings")]
    Postings(#[from] tantivy::TantivyError),
    /// A collection could not be read, or a run not be made.
    #[error(transparent)]
    Eval(#[from] jacolbert_eval::Error),
}
