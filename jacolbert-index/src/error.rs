//! What can go wrong in this crate.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{FORMAT_VERSION, PassageId};

/// Why an operation of an index failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Values do not form rows, or one of them is not finite.
    #[error(transparent)]
    Embeddings(#[from] jacolbert_core::Error),
    /// A row is too long to be stored: its length must stay below 60,000.
    #[error("token {token} has length {norm}, which is too long to be stored")]
    Norm {
        /// Row of the passage.
        token: usize,
        /// Its length.
        norm: f32,
    },
    /// Rows have another length than those of the index.
    #[error("rows of length {found} where the index has {expected}")]
    Dim {
        /// Length of the index's rows.
        expected: usize,
        /// Length of the given rows.
        found: usize,
    },
    /// Residuals can be stored in 1, 2, 4 or 8 bits.
    #[error("residuals of {0} bits; only 1, 2, 4 and 8 are possible")]
    Bits(u64),
    /// The progress callback cancelled the work; the index is as it was before.
    #[error("the work was cancelled")]
    Cancelled,
    /// Passage ids have 32 bits.
    #[error("more than 4,294,967,295 passages")]
    TooManyPassages,
    /// No passage has this id.
    #[error("no passage {}: ids are below {num_ids}", passage.0)]
    UnknownPassage {
        /// The id asked for.
        passage: PassageId,
        /// Number of ids given so far.
        num_ids: usize,
    },
    /// The codebook has no such centroid.
    #[error("no centroid {centroid}: there are {num_centroids}")]
    UnknownCentroid {
        /// The id asked for.
        centroid: usize,
        /// Number of centroids.
        num_centroids: usize,
    },
    /// The passage with this id was deleted, and a compaction has removed its tokens.
    #[error("passage {} is deleted", passage.0)]
    DeletedPassage {
        /// The id asked for.
        passage: PassageId,
    },
    /// The folder does not hold an index.
    #[error("{} is not an index: {reason}", path.display())]
    NotAnIndex {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// The folder already holds an index.
    #[error("{} holds an index already", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// Another writer is open.
    #[error("{} is locked by another writer", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The file was written by a version of the format that this crate does not read.
    #[error("{} has format version {found}, not {supported}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this crate reads.
        supported: u32,
    },
    /// A file of the index is damaged.
    #[error("{} is damaged: {what}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Which part of it.
        what: String,
    },
    /// A file of a foreign index cannot be imported.
    #[cfg(feature = "import")]
    #[error("cannot import {}", path.display())]
    Plaid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        fault: crate::PlaidFault,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The commit is in place and visible to everybody who opens the index, but the system did not confirm
    /// that it is on disk, so that a power failure may lose all of it. Committing the same changes again
    /// would apply them twice.
    #[error("the commit to {} is in place, but a power failure may lose it", path.display())]
    NotDurable {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn corrupt(path: &Path, what: impl Into<String>) -> Self {
        Self::Corrupt { path: path.into(), what: what.into() }
    }

    pub(crate) fn version(path: &Path, found: u32) -> Self {
        Self::Version { path: path.into(), found, supported: FORMAT_VERSION }
    }

    #[cfg(feature = "import")]
    pub(crate) fn plaid(path: &Path, fault: crate::PlaidFault) -> Self {
        Self::Plaid { path: path.into(), fault }
    }

    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == ErrorKind::PermissionDenied)
    }

    pub(crate) fn is_missing_file(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == ErrorKind::NotFound)
    }
}
