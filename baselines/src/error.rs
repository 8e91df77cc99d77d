//! What can go wrong: one error, whose variants carry what it is about.

use std::error::Error as StdError;

/// The error of an external analyzer.
pub type AnalyzerError = Box<dyn StdError + Send + Sync>;

/// Why passages could not be indexed or searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// Two passages have one id.
    #[error("two passages have the id {id:?}")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// The analyzer could not cut a passage.
    #[error("cannot cut passage {id:?} into terms")]
    PassageTerms {
        /// The passage.
        id: String,
        /// The error of the analyzer.
        source: AnalyzerError,
    },
    /// The analyzer could not cut a query.
    #[error("cannot cut query {query:?} into terms")]
    QueryTerms {
        /// The text of the query.
        query: String,
        /// The error of the analyzer.
        source: AnalyzerError,
    },
    /// The postings could not be written or read.
    #[error("cannot write or read the postings")]
    Postings(#[from] tantivy::TantivyError),
    /// A collection could not be read, or a run could not be made.
    #[error(transparent)]
    Eval(#[from] jacolbert_eval::Error),
}
