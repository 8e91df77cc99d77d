//! How the tokenizer of a checkpoint's folder is opened.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the tokenizer of a checkpoint's folder is opened.
///
/// ```
/// use jacolbert_tokenizer::{IgnorableCharacters, TokenizerOptions};
///
/// let options =
///     TokenizerOptions { ignorable: IgnorableCharacters::Drop, ..Default::default() };
/// assert_eq!(options.dictionary, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenizerOptions {
    /// Folder of the compiled MeCab dictionary that a `BertJapaneseTokenizer` needs. Default: none. Other tokenizers
    /// ignore it, but it must exist.
    pub dictionary: Option<PathBuf>,
    /// What to do with another dictionary than the settings name. Default: refuse it.
    pub other_dictionary: OtherDictionary,
    /// What to do with characters that have no shape. Default: what the settings say, else keep them.
    pub ignorable: IgnorableCharacters,
}

/// What to do with another MeCab dictionary than the settings of a checkpoint name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherDictionary {
    /// An error: most texts would get other ids than those that the model was trained with.
    #[default]
    Refuse,
    /// Use it, for settings that are known to be wrong.
    Accept,
}

/// What to do with default-ignorable characters of a text: soft hyphens, zero-width spaces and joiners, byte order marks,
/// variation selectors and others that have no shape of their own (Unicode's `Default_Ignorable_Code_Point`).
///
/// They come into a text by copying, nobody sees them, and a tokenizer takes them for unknown characters. Dropping
/// them costs one look at every character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnorableCharacters {
    /// Drop them if `tokenizer_config.json` has `"drop_default_ignorable": true`, as that of a tokenizer has that was
    /// trained here; else keep them.
    #[default]
    AsInSettings,
    /// Keep them, as transformers does: the ids of every text are those of the reference.
    Keep,
    /// Drop them before anything else.
    Drop,
}
