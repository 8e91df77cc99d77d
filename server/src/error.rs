//! Why a server does not start.

use std::net::SocketAddr;

/// Why a server does not start.
///
/// ```
/// use jacolbert_server::{Error, Server};
///
/// assert!(matches!(Server::new().start(), Err(Error::NothingToServe)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It has neither a collection nor a model.
    #[error("the server has neither a collection nor a model")]
    NothingToServe,
    /// Two collections have the same name.
    #[error("two collections have the name {name:?}")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A name cannot be a part of a path.
    #[error("{name:?} is no name of a collection; letters, digits, `-`, `_` and `.` are possible")]
    Name {
        /// The name.
        name: String,
    },
    /// Other machines could reach the server, and it has no key.
    #[error("other machines can reach {address}; set a key, or allow access without one")]
    OpenWithoutKey {
        /// The address.
        address: SocketAddr,
    },
    /// A key is empty or has characters that a header cannot carry.
    #[error("a key consists of visible ASCII characters, at least one")]
    Key,
    /// The server cannot listen at this address.
    #[error("cannot listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The system gives no threads or signals.
    #[error("cannot start {what}")]
    System {
        /// What could not be started.
        what: &'static str,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The threads that compute could not be started.
    #[error("cannot start the threads that compute")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A collection could not be opened.
    #[error("cannot open the collection {name:?}")]
    Collection {
        /// The name.
        name: String,
        /// The error.
        source: Box<jacolbert::Error>,
    },
    /// Requests were still running when the time to stop was over. What they changed is either committed or not done
    /// at all.
    #[error("{connections} connections were still open when the time to stop was over")]
    StillRunning {
        /// Number of connections.
        connections: usize,
    },
}
