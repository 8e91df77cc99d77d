//! What can go wrong in this crate.

use std::io;
use std::path::{Path, PathBuf};

use jacolbert_core::SettingsError;

use crate::DictionaryFault;

/// The error of another library.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a tokenizer cannot be opened, trained or applied to a text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// `tokenizer_config.json` cannot be read, or has an option that is not supported.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// `tokenizer.json` is no tokenizer, or its compiled normalizer is damaged.
    #[error("{} is not a tokenizer", path.display())]
    TokenizerFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// The checkpoint has a `tokenizer.json`, and the feature that reads it is off.
    #[error("{} needs the cargo feature `json`", path.display())]
    JsonFeature {
        /// The file.
        path: PathBuf,
    },
    /// A required token is not in the vocabulary.
    #[error("{} has no token `{token}`", path.display())]
    MissingToken {
        /// The file.
        path: PathBuf,
        /// The token.
        token: String,
    },
    /// The same token stands on two lines of a vocabulary.
    #[error("{}: token {token:?} stands on lines {} and {}", path.display(), lines[0], lines[1])]
    DuplicateToken {
        /// The file.
        path: PathBuf,
        /// The token.
        token: String,
        /// Both lines, counted from 1.
        lines: [usize; 2],
    },
    /// The tokenizer does not put one token before a text and one after it.
    #[error("the post-processor in {} must put one token before a text and one after it", path.display())]
    Frame {
        /// The file.
        path: PathBuf,
    },
    /// A checkpoint's tokenizer needs a MeCab dictionary, and none was given.
    #[error(
        "{} needs the MeCab dictionary {name}: `pip install {}`, then give the folder \
         `{name}/dicdir` of that package as the dictionary",
        path.display(), name.replace('_', "-")
    )]
    NeedsDictionary {
        /// The tokenizer's settings.
        path: PathBuf,
        /// The name of the Python package that contains the dictionary.
        name: String,
    },
    /// A folder or a file in it cannot be used as a compiled MeCab dictionary.
    #[error("{}: {fault}", path.display())]
    Dictionary {
        /// The file, or the folder if files are absent.
        path: PathBuf,
        /// What is wrong with it.
        fault: DictionaryFault,
    },
    /// The tokenizer failed on a text.
    #[error("{} cannot tokenize the text", path.display())]
    Encode {
        /// The tokenizer's file.
        path: PathBuf,
        /// The error of the crate tokenizers.
        source: Cause,
    },
    /// A text is too long for the lattice of its words (about four billion bytes).
    #[error("a text of {bytes} bytes is too long")]
    TooLong {
        /// The length of the text.
        bytes: usize,
    },
    /// An option of the trainer is out of range.
    #[error("`{key}` is {found}; it must be {expected}")]
    TrainerOption {
        /// The option.
        key: &'static str,
        /// Its value.
        found: String,
        /// The values that are allowed.
        expected: String,
    },
    /// The texts to train a tokenizer on have no characters.
    #[error("a tokenizer cannot be trained without text")]
    NoText,
    /// A text to train on cannot be split into words.
    #[error("training text {text} cannot be split into words")]
    TrainingText {
        /// The text's position among those given, from 0.
        text: usize,
        /// The error of the crate tokenizers.
        source: Cause,
    },
    /// The crate tokenizers failed to train a tokenizer.
    #[error("the tokenizer could not be trained")]
    Training(#[source] Cause),
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}
