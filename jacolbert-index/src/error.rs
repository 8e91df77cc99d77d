//! What can go wrong in this crate.

use std::path::PathBuf;

/// Why an index operation failed; every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of values is no multiple of the dimension, or the dimension is 0.
    #[error("{values} values do not form rows of length {dim}")]
    Shape {
        /// Number of values given.
        values: usize,
        /// Length of a row.
        dim: usize,
    },
    /// A value is NaN or infinite.
    #[error("component {component} of token {token} is not a finite number")]
    NotFinite {
        /// Row.
        token: usize,
        /// Column.
        component: usize,
    },
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
