//! What can go wrong with documents.

use std::ops::Range;
use std::path::{Path, PathBuf};

use jacolbert_core::{TextError, WrongFile};
use jacolbert_index::PassageId;

use crate::FilterPosition;

/// Why an operation failed; every variant says where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A document has no id.
    #[error("document {position} has an empty id")]
    EmptyId {
        /// Its place among the given documents, from 0.
        position: usize,
    },
    /// Two documents have the same id, or the collection already has a document with this id.
    #[error("document {position} has the id {id:?}, which is taken")]
    DuplicateId {
        /// The id.
        id: String,
        /// The place of the second document among the given ones, from 0.
        position: usize,
    },
    /// Arrays and objects of a document's metadata lie in each other so deep that the metadata could not be read back.
    #[error("document {id:?} has metadata that is nested deeper than {limit} levels")]
    DeepMetadata {
        /// The id of the document.
        id: String,
        /// The number of levels that there may be.
        limit: usize,
    },
    /// The iterator of documents returned an error instead of a document.
    #[error("document {position} cannot be read")]
    Document {
        /// Its place among the given documents, from 0.
        position: usize,
        /// The error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A line of a file of documents is not a document.
    #[error("{}, line {line}: {what}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A line of a file of documents has the id of an earlier one.
    #[error("{}, line {line}: the id {id:?} is that of line {first} too", path.display())]
    DuplicateLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The earlier line.
        first: usize,
        /// The id.
        id: String,
    },
    /// A line of a file of documents is not UTF-8.
    #[error(transparent)]
    Text(TextError),
    /// A range that should be a passage of a document is none.
    #[error("document {id:?} has no passage at {range:?}: {fault}")]
    Passage {
        /// The id of the document.
        id: String,
        /// The range of bytes.
        range: Range<usize>,
        /// What is wrong with it.
        fault: PassageFault,
    },
    /// No document was stored with a passage of this id.
    #[error("passage {passage:?} is unknown; there are {num_passages} passages")]
    UnknownPassage {
        /// The passage.
        passage: PassageId,
        /// Number of stored passages.
        num_passages: usize,
    },
    /// No document has this field of a strict filter.
    #[error("no document has the field {field}{}", at_column(*position))]
    UnknownField {
        /// The field, as a filter has it.
        field: String,
        /// Where it stands in the text of the filter; none if the filter was built.
        position: Option<FilterPosition>,
    },
    /// Stored documents have a version that this crate does not read.
    #[error("{} has documents of version {found}, not {supported}", path.display())]
    Version {
        /// The file or folder.
        path: PathBuf,
        /// Their version.
        found: u64,
        /// The version that this crate reads.
        supported: u64,
    },
    /// The documents have files beside them that only a program with this Cargo feature can write. This program
    /// can read and search them, not change them.
    #[error(
        "{} was written with the feature `{feature}`, without which it can be searched, but not changed",
        path.display()
    )]
    MissingFeature {
        /// The folder.
        path: PathBuf,
        /// The name of the feature.
        feature: String,
    },
    /// Stored documents are damaged, or do not match the vectors beside them.
    #[error("{} is damaged: {what}", path.display())]
    Corrupt {
        /// The file or folder.
        path: PathBuf,
        /// Which part of it.
        what: String,
    },
    /// A file of a RAGatouille index is not what its name says.
    #[error("{} {what}", path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        what: WrongFile,
    },
    /// A file of a RAGatouille index has more or fewer entries than the index has passages.
    #[error("{} has {found} entries for {passages} passages", path.display())]
    PassageCount {
        /// The file.
        path: PathBuf,
        /// Passages that are not deleted.
        passages: usize,
        /// Entries of the file.
        found: usize,
    },
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A value of [`Bm25Options`](crate::Bm25Options) is outside its range.
    #[cfg(feature = "words")]
    #[error("{name} is {value}, expected {expected}")]
    Bm25Option {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its range, in words.
        expected: &'static str,
    },
    /// Another analyser made the words of documents.
    #[cfg(feature = "words")]
    #[error("{} has words of the analyser `{found}`, not of `{expected}`", path.display())]
    OtherAnalyser {
        /// The file.
        path: PathBuf,
        /// The [description](crate::Analyser::description) of the present analyser.
        expected: String,
        /// That of the analyser of the words.
        found: String,
    },
    /// A dictionary could not find the words of a text.
    #[cfg(feature = "words")]
    #[error(transparent)]
    Tokenizer(#[from] jacolbert_tokenizer::Error),
    /// The postings of words could not be made.
    #[cfg(feature = "words")]
    #[error("cannot make the postings of words")]
    Postings {
        /// The error of tantivy.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The index that holds the documents failed.
    #[error(transparent)]
    Index(#[from] jacolbert_index::Error),
}

/// A file that cannot be read is [`Error::Io`].
impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Io { path, source } => Self::Io { path, source },
            other => Self::Text(other),
        }
    }
}

/// Why a range of bytes is no passage of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassageFault {
    /// There is no range at all, and the text is not empty.
    #[error("the text has no passage at all")]
    NoPassage,
    /// The range has no byte, and the text is not empty.
    #[error("it is empty")]
    Empty,
    /// The range ends behind the text.
    #[error("the text has {len} bytes")]
    OutOfBounds {
        /// Bytes of the text.
        len: usize,
    },
    /// The range begins or ends inside a character.
    #[error("it begins or ends inside a character")]
    InsideCharacter,
}

/// Where a field stands, for messages.
fn at_column(position: Option<FilterPosition>) -> String {
    position.map_or_else(String::new, |at| format!(", column {} of the filter", at.column))
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    #[cfg(feature = "words")]
    pub(crate) fn postings(error: tantivy::TantivyError) -> Self {
        Self::Postings { source: error.into() }
    }

    pub(crate) fn corrupt(path: &Path, what: impl Into<String>) -> Self {
        Self::Corrupt { path: path.into(), what: what.into() }
    }
}
