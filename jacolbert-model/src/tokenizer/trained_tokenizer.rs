//! A tokenizer that no checkpoint has yet.

use std::path::Path;

use super::json_tokenizer::JsonTokenizer;
use super::text_tokenizer::TextTokenizer;
use crate::Error;

/// A tokenizer that `TokenizerTrainer` made, which there is with the feature `tokenizer-training`.
#[derive(Debug, Clone)]
pub struct TrainedTokenizer(pub(super) JsonTokenizer);

impl TrainedTokenizer {
    /// Tokens of the vocabulary, those that stand for no text included.
    pub fn vocab_size(&self) -> usize {
        self.0.tokens().len()
    }

    /// Writes `tokenizer.json` and `tokenizer_config.json` to the folder `dir`, which is made if need
    /// be.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, dir: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::io(dir, source))?;
        self.0.save(dir)
    }
}
