//! What can go wrong in the facade.

use std::path::{Path, PathBuf};

use jacolbert_documents::FilterError;
use jacolbert_index::PassageId;

/// Why an operation failed; every variant says where.
///
/// ```
/// use jacolbert::{Collection, Error};
///
/// match Collection::open("no such folder") {
///     Ok(collection) => println!("{} documents", collection.num_documents()),
///     Err(Error::NoCheckpoint { path }) => println!("{} needs a loaded model", path.display()),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A progress callback asked to stop. Nothing was changed.
    #[error("cancelled")]
    Cancelled,
    /// Another thread is changing the collection, or this one is, and waiting for the end of that could
    /// last forever; see [Turns](crate::Collection#turns). Nothing was changed.
    #[error("{} is being changed, and waiting for that could last forever", path.display())]
    Busy {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// Two queries of a run have the same id.
    #[error("query {position} has the id {id:?}, which another query has")]
    DuplicateQuery {
        /// The id.
        id: String,
        /// The place of the second query among the given ones, from 0.
        position: usize,
    },
    /// A query of a run has an empty id.
    #[error("query {position} has an empty id")]
    EmptyQueryId {
        /// Its place among the given queries, from 0.
        position: usize,
    },
    /// The collection has no document with this id.
    #[error("no document has the id {id:?}")]
    UnknownId {
        /// The id.
        id: String,
    },
    /// The text of a filter is none.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The collection has no passage with this id, or it was deleted.
    #[error("passage {} is unknown or deleted", passage.0)]
    UnknownPassage {
        /// The passage.
        passage: PassageId,
    },
    /// The documents of the collection were split by a function of the program that indexed them, which
    /// a collection cannot keep. Give it again with [`Updater::splitter`](crate::Updater::splitter), or
    /// choose a rule with [`Updater::splitting`](crate::Updater::splitting).
    #[error("{} was split by a function of a program; give it again, or choose a rule", path.display())]
    OwnSplitter {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// The collection has no words, which the search reads.
    #[cfg(feature = "words")]
    #[error("{} has no words; `collection.update().build_words(Analyser::default())` makes them", path.display())]
    NoWords {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// The dictionary of the collection's words cannot be opened, or is another one. Without it, words are neither
    /// searched nor made. `collection.update().build_words(..)` takes a new one.
    #[cfg(feature = "words")]
    #[error("the dictionary that made the words of {} (`{analyser}`) is gone or another one", path.display())]
    WordDictionary {
        /// The folder of the collection.
        path: PathBuf,
        /// The [description](jacolbert_documents::Analyser::description) of the analyser that made the words.
        analyser: String,
        /// Why the dictionary cannot be opened; none if it is another one, or if its folder is not known.
        source: Option<Box<jacolbert_documents::Error>>,
    },
    /// A number of a [`Fusion`](crate::Fusion) is negative or none.
    #[cfg(feature = "words")]
    #[error("{name} of the fusion is {value}, expected 0 or more")]
    Fusion {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// There is nothing to index.
    #[error("the collection has no document")]
    NoDocuments,
    /// There is no folder of a model at this path, which could be the name of a model on the hub.
    #[error("there is no folder {}; {}", path.display(), on_hub())]
    NoModelFolder {
        /// The path.
        path: PathBuf,
    },
    /// The collection does not name the checkpoint that encoded it.
    #[error("{} does not name the checkpoint that encoded it", path.display())]
    NoCheckpoint {
        /// The folder of the collection.
        path: PathBuf,
    },
    /// The collection points to the folder of a model that is gone.
    #[error(
        "{} points to the model folder {}, which is gone; load the model from where it is now and open the \
         collection with it: `Retriever::from_dir(\"NEW FOLDER\")?.open({:?})`; the next change then stores the \
         new folder",
        path.display(), checkpoint.display(), path
    )]
    CheckpointGone {
        /// The folder of the collection.
        path: PathBuf,
        /// The folder of the model, as the collection remembers it.
        checkpoint: PathBuf,
    },
    /// The collection points to the folder of a model that lacks files, which may have moved.
    #[error(
        "{} points to the model folder {}, which lacks files; if the model has moved, load it from where it is now \
         and open the collection with it: `Retriever::from_dir(\"NEW FOLDER\")?.open({:?})`",
        path.display(), checkpoint.display(), path
    )]
    CheckpointIncomplete {
        /// The folder of the collection.
        path: PathBuf,
        /// The folder of the model, as the collection remembers it.
        checkpoint: PathBuf,
        /// What is missing.
        source: Box<jacolbert_model::Error>,
    },
    /// The model needs a dictionary, and the collection points to the folder of one that is gone.
    #[error(
        "{} points to the dictionary {}, which is gone and which the model needs; give its folder: \
         `Retriever::loader().dictionary(\"NEW FOLDER\").open_collection({:?})`; the next change then stores the \
         new folder",
        path.display(), dictionary.display(), path
    )]
    DictionaryGone {
        /// The folder of the collection.
        path: PathBuf,
        /// The folder of the dictionary, as the collection remembers it.
        dictionary: PathBuf,
    },
    /// Another model encoded the collection, so that its vectors cannot be compared with those of the
    /// loaded model.
    #[error("{} was encoded by the model {expected}, not by {found}", path.display())]
    OtherModel {
        /// The folder or file of the collection.
        path: PathBuf,
        /// Fingerprint of the model that encoded it.
        expected: String,
        /// Fingerprint of the loaded model; see [`Fingerprint`](crate::model::Fingerprint) for its three
        /// parts.
        found: String,
    },
    /// Vectors of a foreign index are unlike those that the loaded model computes for its texts.
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
        /// Mean over the passage's rows of the largest cosine with a row that the model computes for its
        /// text. It is below 0.7, or lower than the likeness with another text.
        likeness: f32,
    },
    /// Documents and vectors do not belong together, or the file is damaged.
    #[error("{} is damaged: {what}", path.display())]
    Corrupt {
        /// The file or folder.
        path: PathBuf,
        /// Which part of it.
        what: String,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// Documents could not be read, their ids are refused, or their stored form is damaged.
    #[error(transparent)]
    Documents(jacolbert_documents::Error),
    /// A checkpoint could not be fetched from the hub.
    #[cfg(feature = "hub")]
    #[error(transparent)]
    Hub(jacolbert_hub::Error),
    /// The model could not be loaded, or the encoder failed.
    #[error(transparent)]
    Model(#[from] jacolbert_model::Error),
    /// Values are not embeddings.
    #[error(transparent)]
    Embeddings(#[from] jacolbert_core::Error),
    /// The index failed.
    #[error(transparent)]
    Index(jacolbert_index::Error),
    /// A run could not be made.
    #[error(transparent)]
    Eval(#[from] jacolbert_eval::Error),
    /// The search failed.
    #[error(transparent)]
    Search(#[from] jacolbert_search::Error),
}

/// A cancelled download is [`Error::Cancelled`].
#[cfg(feature = "hub")]
impl From<jacolbert_hub::Error> for Error {
    fn from(error: jacolbert_hub::Error) -> Self {
        match error {
            jacolbert_hub::Error::Cancelled => Self::Cancelled,
            other => Self::Hub(other),
        }
    }
}

/// A cancelled build is [`Error::Cancelled`].
impl From<jacolbert_index::Error> for Error {
    fn from(error: jacolbert_index::Error) -> Self {
        match error {
            jacolbert_index::Error::Cancelled => Self::Cancelled,
            other => Self::Index(other),
        }
    }
}

/// An error of the index below the documents is one of the index.
impl From<jacolbert_documents::Error> for Error {
    fn from(error: jacolbert_documents::Error) -> Self {
        match error {
            jacolbert_documents::Error::Index(error) => error.into(),
            other => Self::Documents(other),
        }
    }
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn corrupt(path: &Path, what: impl Into<String>) -> Self {
        Self::Corrupt { path: path.into(), what: what.into() }
    }

    /// The id of the document at `position` is taken.
    pub(crate) fn duplicate_id(id: &str, position: usize) -> Self {
        Self::Documents(jacolbert_documents::Error::DuplicateId { id: id.into(), position })
    }
}

/// How to load a model whose path could be its name on the hub.
fn on_hub() -> &'static str {
    if cfg!(feature = "hub") {
        "`Retriever::from_hub` loads a model of that name from the Hugging Face hub"
    } else {
        "a model of that name on the Hugging Face hub needs the cargo feature `hub`, which adds `Retriever::from_hub`"
    }
}
