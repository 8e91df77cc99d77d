//! What loading a sentence encoder may need beyond its folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Precision, SentenceSettings};

/// What loading a [`SentenceEncoder`](crate::SentenceEncoder) may need beyond its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentenceOptions {
    /// What holds whatever the folder says.
    pub overrides: SentenceSettings,
    /// What holds where the folder says nothing.
    pub defaults: SentenceSettings,
    /// Folder of the compiled MeCab dictionary from which a `BertJapaneseTokenizer` has its words,
    /// for instance `unidic_lite/dicdir`. Other tokenizers ignore it.
    pub dictionary: Option<PathBuf>,
    /// The number format in which the model multiplies; by default `f32`. A shorter one takes less memory and, on
    /// hardware made for it, less time, and loses some accuracy.
    pub precision: Precision,
}
