//! What can go wrong with a hub and its cache.

use std::path::{Path, PathBuf};

use crate::NameFault;

/// Why a checkpoint could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The progress callback asked to stop. The received bytes are kept, and the next call resumes after
    /// them.
    #[error("the download was cancelled")]
    Cancelled,
    /// The name cannot be that of a model, or the revision cannot be a branch, tag or commit.
    #[error("{name:?} at {revision:?} cannot be a model on a hub: {fault}")]
    Name {
        /// The name.
        name: String,
        /// The revision.
        revision: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// The hub has no such model, or the token gives no access to it.
    #[error("{endpoint} has no model {name:?}, or the token gives no access to it")]
    Model {
        /// The name of the model.
        name: String,
        /// The address of the hub.
        endpoint: String,
    },
    /// The model has no such branch, tag or commit.
    #[error("model {name:?} has no revision {revision:?}")]
    Revision {
        /// The name of the model.
        name: String,
        /// The revision.
        revision: String,
    },
    /// The model lacks a file that a checkpoint needs.
    #[error("model {name:?} has no {file} at {commit}")]
    File {
        /// The name of the model.
        name: String,
        /// The commit.
        commit: String,
        /// The file.
        file: String,
    },
    /// A file that a checkpoint needs is empty on the hub.
    #[error(
        "{file} of model {name:?} at {commit} is empty; whoever uploads it must upload it again"
    )]
    EmptyFile {
        /// The name of the model.
        name: String,
        /// The commit.
        commit: String,
        /// The file.
        file: String,
    },
    /// The hub has a git-LFS pointer in place of a file.
    #[error("{url} is a git-LFS pointer; whoever uploads the model must upload the file itself")]
    Pointer {
        /// The address of the file.
        url: String,
    },
    /// The hub denies access: the token is missing or wrong, or the model's terms are not accepted.
    #[error("{url} is refused with status {status}")]
    Refused {
        /// The address.
        url: String,
        /// The status of the response.
        status: u16,
    },
    /// The cache does not hold the model, and the options forbid requests.
    #[error("model {name:?} at {revision:?} is not in {}, and offline", cache.display())]
    NotCached {
        /// The name of the model.
        name: String,
        /// The revision.
        revision: String,
        /// The folder of the cache.
        cache: PathBuf,
    },
    /// The hub gave no response.
    #[error("{url} cannot be reached")]
    Unreachable {
        /// The address.
        url: String,
        /// The error of the connection.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A transfer broke off. The received bytes are kept, and the next call resumes after them.
    #[error("{url} broke off after {received} of {expected} bytes")]
    Broken {
        /// The address of the file.
        url: String,
        /// Bytes received so far, in all calls.
        received: u64,
        /// Bytes of the file.
        expected: u64,
        /// The error of the connection.
        source: std::io::Error,
    },
    /// A file has another length than the hub lists.
    #[error("{url} has {found} bytes where the hub lists {expected}")]
    Length {
        /// The address of the file.
        url: String,
        /// Bytes that the hub lists.
        expected: u64,
        /// Bytes that the hub sends, at least.
        found: u64,
    },
    /// A file has the listed length, but another SHA.
    #[error("{url} is not the content that the hub lists")]
    Content {
        /// The address of the file.
        url: String,
    },
    /// The hub responded with an unexpected status.
    #[error("{url} answers with status {status}")]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: u16,
    },
    /// The hub's response makes no sense.
    #[error("{url}: {what}")]
    Reply {
        /// The address.
        url: String,
        /// What is wrong with the response.
        what: String,
    },
    /// A file of the cache, or the file of the token, could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}
