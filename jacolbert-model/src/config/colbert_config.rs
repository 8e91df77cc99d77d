//! How a ColBERT reads text, as `artifact.metadata` gives it.

use std::path::Path;

use jacolbert_core::{SettingsError, SettingsFile};
use serde::{Deserialize, Serialize};

use super::limits::MAX_LENGTH;
use super::{QueryLength, SettingsSource};
use crate::Error;

/// A key of our own: the meaning of `query_maxlen` if it is not a fixed length. colbert-ai ignores keys that it does
/// not know.
pub(super) const RULE: &str = "query_length_rule";
pub(super) const AT_MOST: &str = "at_most";
pub(super) const DYNAMIC: &str = "dynamic";

/// The default, which is also written for a dynamic length, for readers that know fixed lengths only.
pub(super) const QUERY_MAXLEN: usize = 32;

/// How a ColBERT reads queries and passages. Fields are named as the keys of `artifact.metadata`.
///
/// ```
/// use jacolbert_model::{ColbertConfig, QueryLength};
///
/// let config = ColbertConfig { query_length: QueryLength::Dynamic, ..Default::default() };
/// assert_eq!(config.doc_maxlen, 300);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColbertConfig {
    /// Dimension of an embedding. Default: 128. It must be that of the weights; PyLate's Dense module overrides it. A
    /// larger one makes embeddings more expressive; the size of an index and scoring time grow in proportion.
    pub dim: usize,
    /// Number of tokens of a query, `query_maxlen` in the file. Default: 32. More tokens keep more of long queries;
    /// encoding and search time grow with it.
    pub query_length: QueryLength,
    /// Maximum number of tokens of a passage, with `[CLS]`, marker and `[SEP]`. Default: 300. Longer passages are cut.
    /// Encoding time and the size of an index grow with it.
    pub doc_maxlen: usize,
    /// Whether the embeddings of ASCII punctuation are dropped from passages. Default: true. It makes an index
    /// smaller.
    pub mask_punctuation: bool,
    /// Further tokens whose embeddings are dropped from passages. Default: none. More of them make an index smaller.
    /// A token that the vocabulary lacks stands for `[UNK]`.
    pub skiplist_words: Vec<String>,
    /// Whether the tokens of a query attend to the `[MASK]`s that fill it. Default: false. It must be as in the
    /// training of the weights.
    pub attend_to_mask_tokens: bool,
    /// The token that marks a query. Default: `[unused0]`. It must be in the vocabulary.
    pub query_token_id: String,
    /// The token that marks a passage. Default: `[unused1]`. It must be in the vocabulary.
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
    /// Reads `artifact.metadata` in the folder `dir`; a missing key has its default. If the folder has PyLate's settings
    /// instead, [those](Self::from_pylate) are read.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for a value of the wrong kind or a
    /// similarity other than cosine.
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        match SettingsSource::of(dir) {
            SettingsSource::Pylate(_) => Self::from_pylate(dir),
            SettingsSource::ColbertAi(path) => Self::from_metadata(&path),
        }
    }

    /// Reads the `artifact.metadata` at `path`.
    fn from_metadata(path: &Path) -> Result<Self, Error> {
        let keys = SettingsFile::open(path)?;
        keys.word_if_given("similarity", "\"cosine\"", |word| (word == "cosine").then_some(()))?;
        let default = Self::default();
        let length = |key, default| {
            Ok::<_, SettingsError>(keys.count_if_given(key, MAX_LENGTH)?.unwrap_or(default))
        };
        let flag =
            |key, default| Ok::<_, SettingsError>(keys.flag_if_given(key)?.unwrap_or(default));
        let token = |key, default| {
            let token = keys.word_if_given(key, "a token", |word| Some(word.to_string()))?;
            Ok::<_, SettingsError>(token.unwrap_or(default))
        };
        Ok(Self {
            dim: length("dim", default.dim)?,
            query_length: read_query_length(&keys)?,
            doc_maxlen: length("doc_maxlen", default.doc_maxlen)?,
            mask_punctuation: flag("mask_punctuation", default.mask_punctuation)?,
            skiplist_words: keys.words_if_given("skiplist_words")?.unwrap_or_default(),
            attend_to_mask_tokens: flag("attend_to_mask_tokens", default.attend_to_mask_tokens)?,
            query_token_id: token("query_token_id", default.query_token_id)?,
            doc_token_id: token("doc_token_id", default.doc_token_id)?,
        })
    }

    /// Checks that embeddings have at least one component.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub(crate) fn check_dim(&self) -> Result<(), Error> {
        let max = MAX_LENGTH as usize;
        if (1..=max).contains(&self.dim) {
            return Ok(());
        }
        Err(Error::Length { path: None, key: "dim", length: self.dim, min: 1, max })
    }
}

/// The length of a query by `query_maxlen` and its rule.
fn read_query_length(keys: &SettingsFile) -> Result<QueryLength, Error> {
    let length = keys.count_if_given("query_maxlen", MAX_LENGTH)?.unwrap_or(QUERY_MAXLEN);
    let rules = [(AT_MOST, QueryLength::AtMost(length)), (DYNAMIC, QueryLength::Dynamic)];
    let rule = keys.one_of(RULE, "\"at_most\" or \"dynamic\"", &rules)?;
    Ok(rule.unwrap_or(QueryLength::Fixed(length)))
}
