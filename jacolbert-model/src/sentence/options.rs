//! Options for loading a sentence encoder.

use std::path::PathBuf;

use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary, TokenizerOptions};
use serde::{Deserialize, Serialize};

use crate::{Precision, SentenceSettings};

/// Options for loading a [`SentenceEncoder`](crate::SentenceEncoder).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SentenceOptions {
    /// Settings that take precedence over those of the folder. By default none.
    pub overrides: SentenceSettings,
    /// Settings for what the folder does not say. By default none.
    pub defaults: SentenceSettings,
    /// Folder of the compiled MeCab dictionary that a `BertJapaneseTokenizer` needs, such as `unidic_lite/dicdir`. Other
    /// tokenizers ignore it. Default: none.
    pub dictionary: Option<PathBuf>,
    /// The number format in which the model multiplies; by default `f32`. A shorter one takes less memory and, on
    /// hardware made for it, less time, and loses some accuracy.
    pub precision: Precision,
    /// What to do with another dictionary than the model's settings name. Default: refuse it, because most texts
    /// would get other ids than in training.
    pub other_dictionary: OtherDictionary,
    /// What to do with characters that have no shape, such as zero-width spaces. Default: drop them if the model's
    /// `tokenizer_config.json` says so, else keep them, as sentence-transformers does.
    pub ignorable: IgnorableCharacters,
}

impl SentenceOptions {
    /// The options of the tokenizer.
    pub(crate) fn tokenizer(&self) -> TokenizerOptions {
        TokenizerOptions {
            dictionary: self.dictionary.clone(),
            other_dictionary: self.other_dictionary,
            ignorable: self.ignorable,
        }
    }
}
