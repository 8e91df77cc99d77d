//! What can go wrong in the facade.

use std::path::{Path, PathBuf};

/// Why an operation failed; every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two queries of a run have one id.
    #[error("query {position} has the id {id:?}, which another one has")]
    DuplicateQuery {
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
    /// Another model encoded the collection: its vectors and those of the loaded model cannot be
    /// compared.
    #[error("{} was encoded by the model {expected}, not by {found}", path.display())]
    OtherModel {
        /// The folder or file of the collection.
        path: PathBuf,
        /// Fingerprint of the model that encoded it.
        expected: String,
        /// Fingerprint of the model that is loaded; see [`Fingerprint`](crate::model::Fingerprint)
        /// for what its three parts are of.
        found: String,
    },
    /// Documents and their vectors do not belong together, or the file is damaged.
    #[error("{} is damaged: {what}", path.display())]
    Corrupt {
        /// The file or folder.
        path: PathBuf,
        /// Which part of it.
        what: String,
    },
    /// Vectors of a foreign index are not what the loaded model makes of the texts beside them, or are
    /// more like what it makes of another.
    #[cfg(feature = "import")]
    #[error(
        "passage {position} of {} has a likeness of {likeness} with what the model makes of its text",
        path.display()
    )]
    OtherVectors {
        /// The folder of the foreign index.
        path: PathBuf,
        /// Number of the passage in it.
        position: usize,
        /// Mean over the passage's rows of the largest cosine with a row that the model makes of its
        /// text: below 0.7, or less than with a row of another text.
        likeness: f32,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Documents could not be read, or are damaged.
    #[error(transparent)]
    Documents(#[from] jacolbert_documents::Error),
    /// A checkpoint could not be fetched from the hub.
    #[cfg(feature = "hub")]
    #[error(transparent)]
    Hub(#[from] jacolbert_hub::Error),
    /// The encoder failed.
    #[error(transparent)]
    Model(#[from] jacolbert_model::Error),
    /// Values are not embeddings.
    #[error(transparent)]
    Embeddings(#[from] jacolbert_core::Error),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] jacolbert_index::Error),
    /// A run could not be made.
    #[error(transparent)]
    Eval(#[from] jacolbert_eval::Error),
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
