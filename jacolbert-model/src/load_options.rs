//! What loading a checkpoint may need beyond its folder.

use std::path::PathBuf;

use crate::{ColbertConfig, CpuEngine, Precision};

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
/// let encoder = Encoder::from_dir_with(Path::new("JaColBERT"), &options, &Device::flex())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Folder of the compiled MeCab dictionary from which a `BertJapaneseTokenizer` has its words,
    /// for instance `unidic_lite/dicdir`. Other tokenizers pass it over.
    pub dictionary: Option<PathBuf>,
    /// How text is read, instead of what the checkpoint's own settings say.
    pub config: Option<ColbertConfig>,
    /// What an [`Encoder`](crate::Encoder) on flex computes with; other devices pass it over.
    pub cpu: CpuEngine,
    /// The number format in which an [`Encoder`](crate::Encoder) multiplies, if its device has it. Flex has
    /// all and is fast in `f32` only, which the [packed](CpuEngine::Packed) weights are.
    pub precision: Precision,
}
