//! How texts become one vector each, as a sentence-transformers checkpoint gives it.

use std::path::Path;

use jacolbert_core::SettingsFile;
use serde::{Deserialize, Serialize};

use super::SentenceModules;
use super::file_names;
use super::limits::MAX_LENGTH;
use crate::Error;

/// The file's name in the Transformer's folder.
const TRANSFORMER: &str = "sentence_bert_config.json";
/// The tokenizer's settings, which may have a length of their own.
const TOKENIZER: &str = "tokenizer_config.json";

/// How the hidden states of a text become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentencePooling {
    /// The mean of all tokens', `[CLS]` and `[SEP]` counted, as in sentence-transformers.
    Mean,
    /// That of the first token, `[CLS]`.
    Cls,
}

/// How texts become one vector each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceConfig {
    /// How hidden states become one vector.
    pub pooling: SentencePooling,
    /// What is put before a query; its tokens take part.
    pub query_prefix: String,
    /// What is put before a passage; its tokens take part.
    pub passage_prefix: String,
    /// Tokens of a text, at most, prefix, `[CLS]` and `[SEP]` counted. A longer one is cut at its end.
    pub max_tokens: usize,
}

/// What is said about a [`SentenceConfig`]; what is not said is left to others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentenceSettings {
    /// See [`SentenceConfig::pooling`].
    pub pooling: Option<SentencePooling>,
    /// See [`SentenceConfig::query_prefix`].
    pub query_prefix: Option<String>,
    /// See [`SentenceConfig::passage_prefix`].
    pub passage_prefix: Option<String>,
    /// See [`SentenceConfig::max_tokens`].
    pub max_tokens: Option<usize>,
}

impl SentenceSettings {
    /// What the folder `dir` says; without `modules.json` that is at most a length.
    ///
    /// | file | key | here |
    /// |---|---|---|
    /// | `1_Pooling/config.json` | `pooling_mode`, or `pooling_mode_cls_token` and its like | `pooling` |
    /// | `config_sentence_transformers.json` | `query` of `prompts` | `query_prefix` |
    /// | | `document`, `passage` or `corpus` of `prompts` | `passage_prefix` |
    /// | `sentence_bert_config.json` | `max_seq_length` | `max_tokens` |
    /// | `tokenizer_config.json` | `model_max_length`, if the former does not say it | `max_tokens` |
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for other modules, other poolings, prompts that
    /// do not take part in pooling, lower case, and vectors that are compared by their length too.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let Some(modules) = SentenceModules::from_dir(dir)? else {
            return Ok(Self { max_tokens: model_max_length(dir)?, ..Self::default() });
        };
        let of_module = max_seq_length(&modules.encoder)?;
        let [query_prefix, passage_prefix] = prefixes(dir, modules.is_normalized)?;
        Ok(Self {
            pooling: Some(pooling(&modules.pooling)?),
            query_prefix,
            passage_prefix,
            max_tokens: of_module
                .map_or_else(|| model_max_length(&modules.encoder), |n| Ok(Some(n)))?,
        })
    }

    /// The same, and what it does not say as `others` say it.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            pooling: self.pooling.or(others.pooling),
            query_prefix: self.query_prefix.or(others.query_prefix),
            passage_prefix: self.passage_prefix.or(others.passage_prefix),
            max_tokens: self.max_tokens.or(others.max_tokens),
        }
    }

    /// The same, with a length for which a model of so many `positions` has room.
    pub(crate) fn within(self, positions: usize) -> Self {
        Self { max_tokens: self.max_tokens.map(|length| length.min(positions)), ..self }
    }

    /// The whole, for a model of so many `positions`. What nobody says is as in sentence-transformers: the
    /// mean, no prefix, all positions.
    pub(crate) fn resolved(self, positions: usize) -> SentenceConfig {
        SentenceConfig {
            pooling: self.pooling.unwrap_or(SentencePooling::Mean),
            query_prefix: self.query_prefix.unwrap_or_default(),
            passage_prefix: self.passage_prefix.unwrap_or_default(),
            max_tokens: self.max_tokens.unwrap_or(positions),
        }
    }
}

/// The pooling of the module in the folder `dir`, in the form of today or that of before.
fn pooling(dir: &Path) -> Result<SentencePooling, Error> {
    let keys = SettingsFile::open(&dir.join("config.json"))?;
    if keys.flag_if_given("include_prompt")? == Some(false) {
        return Err(keys.unsupported("include_prompt", "false", "true").into());
    }
    let modes = [("mean", SentencePooling::Mean), ("cls", SentencePooling::Cls)];
    if let Some(pooling) = keys.one_of("pooling_mode", "\"mean\" or \"cls\"", &modes)? {
        return Ok(pooling);
    }
    for key in [
        "pooling_mode_max_tokens",
        "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens",
        "pooling_mode_lasttoken",
    ] {
        if keys.flag_if_given(key)? == Some(true) {
            return Err(keys.unsupported(key, "true", "false").into());
        }
    }
    let flag = |key| Ok::<_, Error>(keys.flag_if_given(key)?.unwrap_or(false));
    match (flag("pooling_mode_cls_token")?, flag("pooling_mode_mean_tokens")?) {
        (true, false) => Ok(SentencePooling::Cls),
        (false, _) => Ok(SentencePooling::Mean),
        (true, true) => {
            let expected = "false if `pooling_mode_cls_token` is true";
            Err(keys.unsupported("pooling_mode_mean_tokens", "true", expected).into())
        }
    }
}

/// The prefixes of queries and passages in the folder `dir`.
fn prefixes(dir: &Path, is_normalized: bool) -> Result<[Option<String>; 2], Error> {
    let path = dir.join(file_names::SENTENCE_TRANSFORMERS);
    if !path.is_file() {
        return Ok([None, None]);
    }
    let keys = SettingsFile::open(&path)?;
    keys.word_if_given(
        "similarity_fn_name",
        "\"cosine\", or a Normalize in `modules.json`",
        |word| (is_normalized || word == "cosine").then_some(()),
    )?;
    let Some(prompts) = keys.object_if_given("prompts")? else { return Ok([None, None]) };
    let prompt = |key| prompts.word_if_given(key, "a text", |prompt| Some(prompt.to_owned()));
    let passage = [prompt("document")?, prompt("passage")?, prompt("corpus")?];
    Ok([prompt("query")?, passage.into_iter().flatten().next()])
}

/// Tokens of a text by the Transformer in the folder `dir`, whose text is taken as it is.
fn max_seq_length(dir: &Path) -> Result<Option<usize>, Error> {
    let path = dir.join(TRANSFORMER);
    if !path.is_file() {
        return Ok(None);
    }
    let keys = SettingsFile::open(&path)?;
    if keys.flag_if_given("do_lower_case")? == Some(true) {
        return Err(keys.unsupported("do_lower_case", "true", "false").into());
    }
    Ok(keys.count_if_given("max_seq_length", MAX_LENGTH)?)
}

/// Tokens of a text by the tokenizer in the folder `dir`; a number beyond all lengths stands for none.
fn model_max_length(dir: &Path) -> Result<Option<usize>, Error> {
    let path = dir.join(TOKENIZER);
    if !path.is_file() {
        return Ok(None);
    }
    let length = SettingsFile::open(&path)?.non_negative_if_given("model_max_length")?;
    Ok(length.filter(|length| (1.0..=f64::from(MAX_LENGTH)).contains(length)).map(|n| n as usize))
}
