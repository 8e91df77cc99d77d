//! How a ColBERT reads text, as `artifact.metadata` gives it.

use std::path::Path;

use serde_json::json;

use super::keys::Keys;
use crate::Error;

/// The file's name in a checkpoint's folder.
const FILE: &str = "artifact.metadata";

const MAX_LENGTH: u32 = 1 << 24;

/// How a ColBERT reads queries and passages; fields are named as the keys of `artifact.metadata`.
///
/// ```
/// use jacolbert_model::ColbertConfig;
///
/// let config = ColbertConfig { doc_maxlen: 180, ..Default::default() };
/// assert_eq!(config.query_maxlen, 32);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColbertConfig {
    /// Length of an embedding. Fixed by the weights.
    pub dim: usize,
    /// Tokens of a query, exactly: a longer one is cut, a shorter one filled with `[MASK]`. More
    /// costs encoding and search time in proportion.
    pub query_maxlen: usize,
    /// Tokens of a passage, at most, `[CLS]`, marker and `[SEP]` counted. A longer one is cut.
    pub doc_maxlen: usize,
    /// Whether tokens of ASCII punctuation are dropped from passages.
    pub mask_punctuation: bool,
    /// Whether a query's other tokens see the `[MASK]`s that fill it.
    pub attend_to_mask_tokens: bool,
    /// The token that marks a query.
    pub query_token_id: String,
    /// The token that marks a passage.
    pub doc_token_id: String,
}

impl Default for ColbertConfig {
    /// The settings of JaColBERT v2.5.
    fn default() -> Self {
        Self {
            dim: 128,
            query_maxlen: 32,
            doc_maxlen: 300,
            mask_punctuation: true,
            attend_to_mask_tokens: false,
            query_token_id: "[unused0]".into(),
            doc_token_id: "[unused1]".into(),
        }
    }
}

impl ColbertConfig {
    /// Reads `artifact.metadata` in the folder `dir`; a key that it lacks has its default.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for a value of the wrong kind or a
    /// similarity other than cosine.
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let keys = Keys::open(&dir.join(FILE))?;
        keys.word_if_given("similarity", "\"cosine\"", |word| (word == "cosine").then_some(()))?;
        let default = Self::default();
        let length = |key, default| Ok(keys.count_if_given(key, MAX_LENGTH)?.unwrap_or(default));
        let flag = |key, default| Ok(keys.flag_if_given(key)?.unwrap_or(default));
        let token = |key, default| {
            let token = keys.word_if_given(key, "a token", |word| Some(word.to_string()))?;
            Ok(token.unwrap_or(default))
        };
        Ok(Self {
            dim: length("dim", default.dim)?,
            query_maxlen: length("query_maxlen", default.query_maxlen)?,
            doc_maxlen: length("doc_maxlen", default.doc_maxlen)?,
            mask_punctuation: flag("mask_punctuation", default.mask_punctuation)?,
            attend_to_mask_tokens: flag("attend_to_mask_tokens", default.attend_to_mask_tokens)?,
            query_token_id: token("query_token_id", default.query_token_id)?,
            doc_token_id: token("doc_token_id", default.doc_token_id)?,
        })
    }

    /// Writes `artifact.metadata` to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        let value = json!({
            "dim": self.dim,
            "similarity": "cosine",
            "query_maxlen": self.query_maxlen,
            "doc_maxlen": self.doc_maxlen,
            "mask_punctuation": self.mask_punctuation,
            "attend_to_mask_tokens": self.attend_to_mask_tokens,
            "query_token_id": self.query_token_id,
            "doc_token_id": self.doc_token_id,
        });
        let path = dir.join(FILE);
        std::fs::write(&path, format!("{value:#}\n")).map_err(|source| Error::io(&path, source))
    }
}
