//! Text to ids by a `tokenizer.json`.

use std::path::Path;

use crate::Error;

/// A Hugging Face tokenizer, without its own framing, truncation and padding.
#[derive(Debug, Clone)]
pub(super) struct JsonTokenizer {
    tokenizer: tokenizers::Tokenizer,
}

impl JsonTokenizer {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let invalid = |source| Error::Tokenizer { path: path.into(), source };
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(bytes).map_err(invalid)?;
        tokenizer.with_padding(None).with_truncation(None).map_err(invalid)?;
        Ok(Self { tokenizer })
    }

    pub(super) fn save(&self, path: &Path) -> Result<(), Error> {
        let json = self.tokenizer.to_string(false);
        let json = json.map_err(|source| Error::Tokenizer { path: path.into(), source })?;
        std::fs::write(path, json).map_err(|source| Error::io(path, source))
    }

    /// Ids of all of `text`.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|source| Error::Text { text: 0, source })?;
        Ok(encoding.get_ids().to_vec())
    }

    pub(super) fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// The largest id there is.
    pub(super) fn largest_id(&self) -> u32 {
        self.tokenizer.get_vocab(true).into_values().max().unwrap_or(0)
    }
}
