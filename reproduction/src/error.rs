//! What can go wrong: one error, whose variants carry the place and the ids concerned.

use std::io;
use std::path::{Path, PathBuf};

use jacolbert_core::TextError;

/// Why a collection could not be read, or an experiment not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder lacks a file of the collection.
    #[error("{} has no {looked_for}", folder.display())]
    MissingFile {
        /// The folder.
        folder: PathBuf,
        /// The file's name, in words.
        looked_for: &'static str,
    },
    /// A folder has more than one file that could be the one of the collection.
    #[error("{} has {} and {}, of which {looked_for} should be one", folder.display(), found[0].display(), found[1].display())]
    SeveralFiles {
        /// The folder.
        folder: PathBuf,
        /// The file's name, in words.
        looked_for: &'static str,
        /// The first two of them.
        found: Box<[PathBuf; 2]>,
    },
    /// A file is no Parquet, or has a codec other than Snappy.
    #[error("cannot read {} as Parquet", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        source: parquet::errors::ParquetError,
    },
    /// A line, a row of a Parquet file, or a file that is one JSON, is not what its format asks for.
    #[error("{} line {line}: not the expected JSON", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Its line or row, from 1.
        line: u64,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A line that is not what its format asks for.
    #[error("{} line {line}: expected {expected}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What should stand there.
        expected: &'static str,
    },
    /// A text file is not UTF-8.
    #[error(transparent)]
    Text(TextError),
    /// An id that stands twice.
    #[error("{} line {line}: id {id:?} stands here a second time", path.display())]
    DuplicateId {
        /// The file.
        path: PathBuf,
        /// The line of the second, from 1; 0 where the file is one JSON.
        line: u64,
        /// The id.
        id: String,
    },
    /// A judged or listed document that the collection does not have.
    #[error("{} names document {id:?}, which the collection does not have", path.display())]
    UnknownDocument {
        /// The file that names it.
        path: PathBuf,
        /// The document.
        id: String,
    },
    /// A sample that is larger than what it is drawn from.
    #[error("{wanted} of {available} cannot be drawn")]
    Sample {
        /// How many were wanted.
        wanted: usize,
        /// How many there are.
        available: usize,
    },
    /// A model's name that is no folder, in a build without the hub.
    #[error("{name} is no folder; models by name need the feature `hub`")]
    NoHub {
        /// The name.
        name: String,
    },
    /// A pooling that no dense model here has.
    #[error("the pooling {found:?} is none of mean and cls")]
    Pooling {
        /// Its name.
        found: String,
    },
    /// An argument cannot be read.
    #[error(transparent)]
    Args(#[from] lexopt::Error),
    /// The command line lacks something or has something unknown.
    #[error("{what}; what there is:\n{usage}")]
    Usage {
        /// What it lacks or has.
        what: String,
        /// All that there is.
        usage: &'static str,
    },
    /// A model, an index or a search failed.
    #[error(transparent)]
    Facade(#[from] jacolbert::Error),
    /// Qrels, a run or a metric failed.
    #[error(transparent)]
    Eval(#[from] jacolbert::eval::Error),
    /// BM25 failed.
    #[error(transparent)]
    Bm25(#[from] jacolbert_baselines::Error),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.into(), source }
    }
}

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Io { path, source } => Self::Io { path, source },
            other => Self::Text(other),
        }
    }
}

impl From<jacolbert::model::Error> for Error {
    fn from(error: jacolbert::model::Error) -> Self {
        Self::Facade(error.into())
    }
}

impl From<jacolbert::tokenizer::Error> for Error {
    fn from(error: jacolbert::tokenizer::Error) -> Self {
        jacolbert::model::Error::from(error).into()
    }
}
