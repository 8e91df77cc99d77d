//! What loading a checkpoint may need beyond its folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{ColbertConfig, Precision};

/// What loading a checkpoint may need beyond its folder.
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
#[serde(default)]
pub struct LoadOptions {
    /// The number format in which an [`Encoder`](crate::Encoder) multiplies; by default `f32`. A shorter one takes
    /// less memory and, on hardware made for it, less time, and loses some accuracy.
    pub precision: Precision,
    /// Folder of the compiled MeCab dictionary from which a `BertJapaneseTokenizer` has its words,
    /// for instance `unidic_lite/dicdir`; by default none. Other tokenizers ignore it.
    pub dictionary: Option<PathBuf>,
    /// How text is read; by default as the checkpoint's own settings say.
    pub config: Option<ColbertConfig>,
}
