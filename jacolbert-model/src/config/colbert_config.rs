//! How a ColBERT reads text, as `artifact.metadata` gives it.

use std::path::Path;

use serde_json::json;

use super::keys::Keys;
use super::{QueryLength, pylate_config};
use crate::Error;

/// Larger lengths are read as damage.
pub(super) const MAX_LENGTH: u32 = 1 << 24;

/// Ours: how `query_maxlen` is meant if not as a fixed length. The original passes over keys that it
/// does not know.
const RULE: &str = "query_length_rule";
const AT_MOST: &str = "at_most";
const DYNAMIC: &str = "dynamic";

/// The default, and what stands beside a dynamic length for readers that know of no other.
const QUERY_MAXLEN: usize = 32;

/// How a ColBERT reads queries and passages; fields are named as the keys of `artifact.metadata`.
///
/// ```
/// use jacolbert_model::{ColbertConfig, QueryLength};
///
/// let config = ColbertConfig { query_length: QueryLength::Dynamic, ..Default::default() };
/// assert_eq!(config.doc_maxlen, 300);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColbertConfig {
    /// Length of an embedding. Fixed by the weights.
    pub dim: usize,
    /// Tokens of a query, `query_maxlen` in the file.
    pub query_length: QueryLength,
    /// Tokens of a passage, at most, `[CLS]`, marker and `[SEP]` counted. A longer one is cut.
    pub doc_maxlen: usize,
    /// Whether tokens of ASCII punctuation are dropped from passages.
    pub mask_punctuation: bool,
    /// Further tokens that are dropped from passages; `[UNK]` for one that the vocabulary lacks.
    pub skiplist_words: Vec<String>,
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
            query_length: QueryLength::Fixed(QUERY_MAXLEN),
            doc_maxlen: 300,
            mask_punctuation: true,
            skiplist_words: Vec::new(),
            attend_to_mask_tokens: false,
            query_token_id: "[unused0]".into(),
            doc_token_id: "[unused1]".into(),
        }
    }
}

impl ColbertConfig {
    /// The file's name in a checkpoint's folder.
    pub(crate) const FILE: &str = "artifact.metadata";

    /// Reads `artifact.metadata` in the folder `dir`; a key that it lacks has its default. A folder
    /// that has PyLate's settings instead is read [by those](Self::from_pylate).
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for a value of the wrong kind or a
    /// similarity other than cosine.
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        if !dir.join(Self::FILE).is_file() && dir.join(pylate_config::FILE).is_file() {
            return Self::from_pylate(dir);
        }
        let keys = Keys::open(&dir.join(Self::FILE))?;
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
            query_length: query_length(&keys)?,
            doc_maxlen: length("doc_maxlen", default.doc_maxlen)?,
            mask_punctuation: flag("mask_punctuation", default.mask_punctuation)?,
            skiplist_words: keys.words_if_given("skiplist_words")?.unwrap_or_default(),
            attend_to_mask_tokens: flag("attend_to_mask_tokens", default.attend_to_mask_tokens)?,
            query_token_id: token("query_token_id", default.query_token_id)?,
            doc_token_id: token("doc_token_id", default.doc_token_id)?,
        })
    }

    /// [`Error::Length`] for embeddings without a component.
    pub(crate) fn check_dim(&self) -> Result<(), Error> {
        let (dim, min, max) = (self.dim, 1, MAX_LENGTH as usize);
        if (min..=max).contains(&dim) {
            return Ok(());
        }
        Err(Error::Length { key: "dim", length: dim, min, max })
    }

    /// Writes `artifact.metadata` to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        let (query_maxlen, rule) = match self.query_length {
            QueryLength::Fixed(length) => (length, None),
            QueryLength::AtMost(length) => (length, Some(AT_MOST)),
            QueryLength::Dynamic => (QUERY_MAXLEN, Some(DYNAMIC)),
        };
        let mut value = json!({
            "dim": self.dim,
            "similarity": "cosine",
            "query_maxlen": query_maxlen,
            "doc_maxlen": self.doc_maxlen,
            "mask_punctuation": self.mask_punctuation,
            "attend_to_mask_tokens": self.attend_to_mask_tokens,
            "query_token_id": self.query_token_id,
            "doc_token_id": self.doc_token_id,
        });
        if let Some(rule) = rule {
            value[RULE] = rule.into();
        }
        if !self.skiplist_words.is_empty() {
            value["skiplist_words"] = self.skiplist_words.as_slice().into();
        }
        let path = dir.join(Self::FILE);
        std::fs::write(&path, format!("{value:#}\n")).map_err(|source| Error::io(&path, source))
    }
}

/// What `query_maxlen` and its rule say.
fn query_length(keys: &Keys) -> Result<QueryLength, Error> {
    let length = keys.count_if_given("query_maxlen", MAX_LENGTH)?.unwrap_or(QUERY_MAXLEN);
    let rules = [(AT_MOST, QueryLength::AtMost(length)), (DYNAMIC, QueryLength::Dynamic)];
    let rule = keys.one_of(RULE, "\"at_most\" or \"dynamic\"", &rules)?;
    Ok(rule.unwrap_or(QueryLength::Fixed(length)))
}
