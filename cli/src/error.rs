//! Why a command failed.

use std::io;
use std::path::{Path, PathBuf};

use jacolbert::index::Error as IndexError;
use jacolbert::{Error as LibraryError, documents};

use crate::exit::Exit;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "no model is given. Name the folder of one with `--model FOLDER` or in the environment variable \
         JACOLBERT_MODEL. The repository of jacolbert has a small one for trying out, assets/mini"
    )]
    NoModel,
    #[error(
        "there is no collection in {}. `jacolbert index --model FOLDER DOCUMENTS` makes one; `--collection` names \
         another folder",
        path.display()
    )]
    NoCollection { path: PathBuf },
    #[error(
        "{} holds a collection already. `jacolbert add` adds documents to it, and `jacolbert add --upsert` also \
         replaces those that it has; `--collection` names another folder",
        path.display()
    )]
    CollectionExists { path: PathBuf },
    #[error(
        "the model folder {} is gone, from which {} was indexed. Say where it is now with `--model FOLDER`; \
         `jacolbert compact --model FOLDER` makes the collection remember it",
        checkpoint.display(), path.display()
    )]
    ModelGone { path: PathBuf, checkpoint: PathBuf },
    #[error(
        "the dictionary {} is gone, with which {} was indexed. Say where it is now with `--dictionary FOLDER`",
        dictionary.display(), path.display()
    )]
    DictionaryGone { path: PathBuf, dictionary: PathBuf },
    #[cfg(feature = "words")]
    #[error(
        "{} has no words, which this search needs; `jacolbert compact --words` makes them",
        path.display()
    )]
    NoWords { path: PathBuf },
    #[error("{}: {what}", path.display())]
    File { path: PathBuf, what: String },
    #[error("{}, {record}: {what}", path.display())]
    Record { path: PathBuf, record: String, what: String },
    #[error("{0}")]
    Usage(String),
    #[cfg_attr(
        all(feature = "import", feature = "parquet", feature = "serve", feature = "train"),
        expect(dead_code, reason = "only builds without a feature lack one")
    )]
    #[error(
        "{what} needs the cargo feature `{feature}`: `cargo install --path cli --features {feature}` installs it"
    )]
    NoFeature { what: &'static str, feature: &'static str },
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// Nobody reads the output any more, which is no fault.
    #[error("the output is closed")]
    Closed,
    #[error("cannot write the output")]
    Output(#[source] io::Error),
    #[error("cannot read or write {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot watch for interruptions")]
    Signals(#[source] ctrlc::Error),
    #[error(transparent)]
    Library(LibraryError),
    #[error(transparent)]
    Training(#[from] jacolbert_train::Error),
    #[cfg(feature = "serve")]
    #[error(transparent)]
    Server(#[from] jacolbert_server::Error),
}

impl Error {
    pub(crate) fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { path: path.as_ref().into(), source }
    }

    pub(crate) fn file(path: impl AsRef<Path>, what: impl ToString) -> Self {
        Self::File { path: path.as_ref().into(), what: what.to_string() }
    }

    /// How the program ends after this error.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Closed => Exit::Done,
            Self::Usage(_) | Self::NoFeature { .. } => Exit::Usage,
            Self::NoCollection { .. }
            | Self::CollectionExists { .. }
            | Self::File { .. }
            | Self::Training(_)
            | Self::Record { .. } => Exit::Input,
            Self::NoModel | Self::ModelGone { .. } | Self::DictionaryGone { .. } => Exit::Model,
            Self::Interrupted => Exit::Interrupted,
            Self::Output(_) | Self::Io { .. } | Self::Signals(_) => Exit::System,
            Self::Library(error) => exit_of(error),
            #[cfg(feature = "serve")]
            Self::Server(error) => exit_of_server(error),
            #[cfg(feature = "words")]
            Self::NoWords { .. } => Exit::Input,
        }
    }
}

/// What the library means in terms of this program's options.
impl From<LibraryError> for Error {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Cancelled => Self::Interrupted,
            LibraryError::CheckpointGone { path, checkpoint }
            | LibraryError::CheckpointIncomplete { path, checkpoint, .. } => {
                Self::ModelGone { path, checkpoint }
            }
            LibraryError::DictionaryGone { path, dictionary } => {
                Self::DictionaryGone { path, dictionary }
            }
            #[cfg(feature = "words")]
            LibraryError::NoWords { path } => Self::NoWords { path },
            LibraryError::Index(IndexError::Exists { path }) => Self::CollectionExists { path },
            LibraryError::Index(IndexError::NotAnIndex { path, .. }) => Self::NoCollection { path },
            // An error of this program's input came back through the library.
            LibraryError::Documents(documents::Error::Document { position, source }) => {
                match source.downcast::<Self>() {
                    Ok(own) => *own,
                    Err(source) => {
                        Self::Library(LibraryError::Documents(documents::Error::Document {
                            position,
                            source,
                        }))
                    }
                }
            }
            other => Self::Library(other),
        }
    }
}

impl From<documents::Error> for Error {
    fn from(error: documents::Error) -> Self {
        LibraryError::from(error).into()
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        LibraryError::from(error).into()
    }
}

impl From<jacolbert::model::Error> for Error {
    fn from(error: jacolbert::model::Error) -> Self {
        LibraryError::from(error).into()
    }
}

impl From<jacolbert::eval::Error> for Error {
    fn from(error: jacolbert::eval::Error) -> Self {
        LibraryError::from(error).into()
    }
}

#[cfg(feature = "serve")]
fn exit_of_server(error: &jacolbert_server::Error) -> Exit {
    use jacolbert_server::Error as ServerError;
    match error {
        ServerError::Collection { source, .. } => exit_of(source),
        ServerError::Listen { .. }
        | ServerError::System { .. }
        | ServerError::Threads(_)
        | ServerError::StillRunning { .. } => Exit::System,
        _ => Exit::Usage,
    }
}

/// Every kind of error of the library has one exit code.
fn exit_of(error: &LibraryError) -> Exit {
    match error {
        LibraryError::Cancelled => Exit::Interrupted,
        LibraryError::Busy { .. } | LibraryError::Index(IndexError::Locked { .. }) => Exit::Busy,
        LibraryError::Corrupt { .. }
        | LibraryError::Index(IndexError::Corrupt { .. } | IndexError::Version { .. })
        | LibraryError::Documents(
            documents::Error::Corrupt { .. } | documents::Error::Version { .. },
        ) => Exit::Damaged,
        LibraryError::Io { .. }
        | LibraryError::Index(IndexError::Io { .. } | IndexError::NotDurable { .. }) => {
            Exit::System
        }
        LibraryError::Model(_)
        | LibraryError::NoModelFolder { .. }
        | LibraryError::NoCheckpoint { .. }
        | LibraryError::CheckpointGone { .. }
        | LibraryError::CheckpointIncomplete { .. }
        | LibraryError::DictionaryGone { .. }
        | LibraryError::OtherModel { .. } => Exit::Model,
        #[cfg(feature = "hub")]
        LibraryError::Hub(_) => Exit::Model,
        #[cfg(feature = "import")]
        LibraryError::OtherVectors { .. } => Exit::Model,
        _ => Exit::Input,
    }
}
