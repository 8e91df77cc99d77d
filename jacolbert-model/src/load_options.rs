//! Options for loading a checkpoint.

use std::path::PathBuf;

use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary, TokenizerOptions};
use serde::{Deserialize, Serialize};

use crate::{ColbertConfig, Precision};

/// Options for loading a checkpoint.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_model::{Device, Encoder, LoadOptions};
///
/// # fn main() -> Result<(), jacolbert_model::Error> {
/// let dictionary = Some("venv/lib/python3.11/site-packages/unidic_lite/dicdir".into());
/// let options = LoadOptions { dictionary, ..Default::default() };
/// let encoder = Encoder::from_dir(Path::new("JaColBERT"), &options, &Device::cpu())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadOptions {
    /// The number format in which an [`Encoder`](crate::Encoder) multiplies. Default: `f32`. A shorter format takes less
    /// memory and, on hardware that supports it, less time; it loses some accuracy.
    pub precision: Precision,
    /// Folder of the compiled MeCab dictionary that a `BertJapaneseTokenizer` needs, such as `unidic_lite/dicdir`.
    /// Default: none. Other tokenizers ignore it.
    pub dictionary: Option<PathBuf>,
    /// How the model reads text. Default: the checkpoint's own settings.
    pub config: Option<ColbertConfig>,
    /// What to do with another dictionary than the checkpoint's settings name. Default: refuse it, because most texts
    /// would get other ids than in training. Accepting it costs nothing where the settings are wrong.
    pub other_dictionary: OtherDictionary,
    /// What to do with characters that have no shape, such as zero-width spaces. Default: drop them if the
    /// checkpoint's `tokenizer_config.json` says so, which those of tokenizers trained here do; else keep them, as
    /// transformers does. Dropping them costs one look at every character.
    pub ignorable: IgnorableCharacters,
}

impl LoadOptions {
    /// The options of the tokenizer.
    pub(crate) fn tokenizer(&self) -> TokenizerOptions {
        TokenizerOptions {
            dictionary: self.dictionary.clone(),
            other_dictionary: self.other_dictionary,
            ignorable: self.ignorable,
        }
    }
}
