//! What loading a sentence encoder may need beyond its folder.

use std::path::PathBuf;

use crate::{CpuEngine, SentenceSettings};

/// What loading a [`SentenceEncoder`](crate::SentenceEncoder) may need beyond its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentenceOptions {
    /// What holds whatever the folder says.
    pub overrides: SentenceSettings,
    /// What holds where the folder says nothing.
    pub defaults: SentenceSettings,
    /// Folder of the compiled MeCab dictionary from which a `BertJapaneseTokenizer` has its words,
    /// for instance `unidic_lite/dicdir`. Other tokenizers pass it over.
    pub dictionary: Option<PathBuf>,
    /// What computes on flex; other devices pass it over.
    pub cpu: CpuEngine,
}
