//! Options for loading a sentence encoder.

use std::path::PathBuf;

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
}
