//! What can go wrong with an export.

use std::path::PathBuf;

use jacolbert::PassageId;

/// What can go wrong with an export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The collection could not be read, a passage could not be encoded, or the filter is none.
    #[error(transparent)]
    Collection(#[from] jacolbert::Error),
    /// The file is there already, and files are never overwritten.
    #[error("{path}: the file exists", path = .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("{path}: cannot be written", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Parquet could not be written.
    #[error("{path}: Parquet cannot be written", path = .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// A name, for vectors in Qdrant, that is empty.
    #[error("the name of the vectors is empty")]
    EmptyName,
    /// A limit for a body that holds not even one point.
    #[error(
        "passage {} of document `{document_id}` takes {needed} bytes, and a body may have {limit}", .passage.0
    )]
    TooLarge {
        /// The passage.
        passage: PassageId,
        /// The id of its document.
        document_id: String,
        /// The bytes of a body with this point alone.
        needed: usize,
        /// The limit.
        limit: usize,
    },
}
