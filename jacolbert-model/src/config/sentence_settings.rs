//! How a text becomes one vector, as a sentence-transformers checkpoint gives it.

use std::path::Path;

use jacolbert_core::SettingsFile;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SentenceModules;
use super::file_names;
use super::limits::MAX_LENGTH;
use crate::Error;

/// How the hidden states of a text become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentencePooling {
    /// The mean over all tokens, `[CLS]` and `[SEP]` included, as in sentence-transformers.
    Mean,
    /// The hidden state of the first token, `[CLS]`.
    Cls,
}

/// How a text becomes one vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceConfig {
    /// How the hidden states of a text become one vector.
    pub pooling: SentencePooling,
    /// Text that is put before a query. Its tokens take part in pooling.
    pub query_prefix: String,
    /// Text that is put before a passage. Its tokens take part in pooling.
    pub passage_prefix: String,
    /// Maximum number of tokens of a text, with prefix, `[CLS]` and `[SEP]`. A longer text is cut at its end. Encoding
    /// time grows with it.
    pub max_tokens: usize,
}

/// Some or all fields of a [`SentenceConfig`]. `None` leaves a field to the next source of settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// Reads the settings in the folder `dir`. Without `modules.json`, only a maximum length can be there.
    ///
    /// | file | key | here |
    /// |---|---|---|
    /// | `1_Pooling/config.json` | `pooling_mode`, or `pooling_mode_cls_token` and similar keys | `pooling` |
    /// | `config_sentence_transformers.json` | `query` of `prompts` | `query_prefix` |
    /// | | `document`, `passage` or `corpus` of `prompts` | `passage_prefix` |
    /// | `sentence_bert_config.json` | `max_seq_length` | `max_tokens` |
    /// | `tokenizer_config.json` | `model_max_length`, if `max_seq_length` is absent | `max_tokens` |
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for other modules, other poolings, prompts that do not take
    /// part in pooling, lowercasing, and vectors that are not compared by their cosine.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let Some(modules) = SentenceModules::from_dir(dir)? else {
            return Ok(Self { max_tokens: read_model_max_length(dir)?, ..Self::default() });
        };
        let of_module = read_max_seq_length(&modules.encoder)?;
        let [query_prefix, passage_prefix] = read_prefixes(dir, modules.is_normalized)?;
        Ok(Self {
            pooling: Some(read_pooling(&modules.pooling)?),
            query_prefix,
            passage_prefix,
            max_tokens: of_module
                .map_or_else(|| read_model_max_length(&modules.encoder), |n| Ok(Some(n)))?,
        })
    }

    /// These settings, and those of `others` for fields that are `None`.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            pooling: self.pooling.or(others.pooling),
            query_prefix: self.query_prefix.or(others.query_prefix),
            passage_prefix: self.passage_prefix.or(others.passage_prefix),
            max_tokens: self.max_tokens.or(others.max_tokens),
        }
    }

    /// These settings with `max_tokens` limited to the `positions` of a model.
    pub(crate) fn within(self, positions: usize) -> Self {
        Self { max_tokens: self.max_tokens.map(|length| length.min(positions)), ..self }
    }

    /// The complete settings of a model with so many `positions`. The defaults are those of sentence-transformers: the
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

/// Reads the pooling of the module in the folder `dir`, in the current form or the one before.
fn read_pooling(dir: &Path) -> Result<SentencePooling, Error> {
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

/// Reads the prefixes of queries and passages in the folder `dir`.
fn read_prefixes(dir: &Path, is_normalized: bool) -> Result<[Option<String>; 2], Error> {
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

/// Reads the maximum length of the Transformer in the folder `dir`, which must not lowercase its text.
fn read_max_seq_length(dir: &Path) -> Result<Option<usize>, Error> {
    let path = dir.join(file_names::SENTENCE_TRANSFORMER);
    if !path.is_file() {
        return Ok(None);
    }
    let keys = SettingsFile::open(&path)?;
    if keys.flag_if_given("do_lower_case")? == Some(true) {
        return Err(keys.unsupported("do_lower_case", "true", "false").into());
    }
    Ok(keys.count_if_given("max_seq_length", MAX_LENGTH)?)
}

/// Reads the maximum length of the tokenizer in the folder `dir`. A number beyond all lengths means none; so does the
/// infinity that Python writes.
fn read_model_max_length(dir: &Path) -> Result<Option<usize>, Error> {
    let path = dir.join(file_names::TOKENIZER);
    if !path.is_file() {
        return Ok(None);
    }
    let number = |value: &Value| {
        value.as_f64().or((value == "Infinity").then_some(f64::INFINITY)).filter(|n| *n >= 0.0)
    };
    let length =
        SettingsFile::open(&path)?.convert("model_max_length", "a number of at least 0", number)?;
    Ok(length.filter(|length| (1.0..=f64::from(MAX_LENGTH)).contains(length)).map(|n| n as usize))
}
