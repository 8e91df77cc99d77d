//! Why a text file cannot be read.

use std::path::PathBuf;

use crate::encoding::{Encoding, advice};

/// Why the lines of a text file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The file cannot be opened or read, or its gzip data is damaged.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A line is not UTF-8.
    #[error("{}, line {line}: not UTF-8{}", path.display(), advice(*encoding))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The encoding that the line seems to have, if it can be told.
        encoding: Option<Encoding>,
    },
}
