//! What can go wrong in this crate.

use std::io;
use std::path::{Path, PathBuf};

use jacolbert_core::{SettingsError, WrongFile};

#[cfg(feature = "json")]
use crate::SentencePieceFault;
use crate::file_names::VOCABULARY;
use crate::{DictionaryFault, DictionaryKind};

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
    /// A file is something else than its name says, such as a git-LFS pointer or text in Shift_JIS.
    #[error("{} {what}", path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do.
        what: WrongFile,
    },
    /// A folder has no `tokenizer.json` and no SentencePiece model, and what it has instead cannot be read here.
    #[error("{} has no tokenizer.json{}", dir.display(), conversion(*beside))]
    NoTokenizer {
        /// The folder.
        dir: PathBuf,
        /// The file of a tokenizer that it has instead, if any.
        beside: Option<&'static str>,
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
    /// A SentencePiece model is damaged, or has a value that is not supported.
    #[cfg(feature = "json")]
    #[error("{}: {fault}", path.display())]
    SentencePiece {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: SentencePieceFault,
    },
    /// The checkpoint has a `tokenizer.json` or a SentencePiece model, and the feature that reads it is off.
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
    /// A checkpoint's tokenizer needs a MeCab dictionary, none was given, and the settings leave the choice to the
    /// machine on which the model was trained.
    #[error(
        "{} needs a MeCab dictionary and names none: give the folder of the compiled dictionary that the model was \
         trained with",
        path.display()
    )]
    NeedsAnyDictionary {
        /// The tokenizer's settings.
        path: PathBuf,
    },
    /// The dictionary is not the one that the settings name, so that most texts would get other ids.
    #[error(
        "{}{}, and the dictionary in {} is {found}: give the folder of the other one, or accept this one with the \
         load option `other_dictionary`",
        settings.display(), naming(*named), folder.display()
    )]
    OtherDictionary {
        /// The tokenizer's settings.
        settings: PathBuf,
        /// The dictionary that they name. Settings that name none meant ipadic until 2024.
        named: Option<DictionaryKind>,
        /// The folder of the dictionary.
        folder: PathBuf,
        /// The dictionary in it.
        found: DictionaryKind,
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

    pub(crate) fn wrong_file(path: &Path, what: WrongFile) -> Self {
        Self::WrongFile { path: path.into(), what }
    }
}

/// How to get a `tokenizer.json` where there is only the file `beside`.
fn conversion(beside: Option<&'static str>) -> String {
    let Some(file) = beside else { return " and no other file of a tokenizer".into() };
    let japanese = if file == VOCABULARY {
        ". If words come from MeCab, the tokenizer_config.json that says so is missing"
    } else {
        ""
    };
    format!(
        ", only {file}: write one with Python, \
         `AutoTokenizer.from_pretrained(FOLDER, use_fast=True).save_pretrained(FOLDER)`{japanese}"
    )
}

/// What settings say about their dictionary.
fn naming(named: Option<DictionaryKind>) -> String {
    match named {
        Some(kind) => format!(" names the dictionary {kind}"),
        None => " names no dictionary, which meant ipadic until 2024 and means unidic_lite in newer transformers".into(),
    }
}
