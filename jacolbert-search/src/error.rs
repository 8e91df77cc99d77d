//! What can go wrong in this crate.

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query has no token.
    #[error("the query has no token")]
    EmptyQuery,
    /// Query and passages have rows of different lengths.
    #[error("query rows of length {query} against passage rows of length {passages}")]
    Dim {
        /// Length of the query's rows.
        query: usize,
        /// Length of the passages' rows.
        passages: usize,
    },
    /// The index could not be read.
    #[error(transparent)]
    Index(#[from] jacolbert_index::Error),
}

impl From<jacolbert_core::Error> for Error {
    fn from(error: jacolbert_core::Error) -> Self {
        Self::Index(error.into())
    }
}
