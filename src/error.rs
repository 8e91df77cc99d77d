//! What can go wrong in the facade.

use std::path::{Path, PathBuf};

/// Why an operation failed; every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A document has no id.
    #[error("document {position} has an empty id")]
    EmptyId {
        /// Its place among those given, from 0.
        position: usize,
    },
    /// Two documents have one id, or the collection has it already.
    #[error("document {position} has the id {id:?}, which is taken")]
    DuplicateId {
        /// The id.
        id: String,
        /// The place of the second among those given, from 0.
        position: usize,
    },
    /// The collection has no document with this id.
    #[error("no document has the id {id:?}")]
    UnknownId {
        /// The id.
        id: String,
    },
    /// There is nothing to index.
    #[error("the collection has no document")]
    NoDocuments,
    /// The collection does not say which checkpoint encoded it.
    #[error("{} does not name the checkpoint that encoded it", path.display())]
    NoCheckpoint {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// Documents and their vectors do not belong together, or the file is damaged.
    #[error("{} is damaged: {what}", path.display())]
    Corrupt {
        /// The file or folder.
        path: PathBuf,
        /// Which part of it.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of a file of documents is not a document.
    #[error("{} line {line}: {what}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The encoder failed.
    #[error(transparent)]
    Model(#[from] jacolbert_model::Error),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] jacolbert_index::Error),
    /// The search failed.
    #[error(transparent)]
    Search(#[from] jacolbert_search::Error),
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn corrupt(path: &Path, what: impl Into<String>) -> Self {
        Self::Corrupt { path: path.into(), what: what.into() }
    }
}
