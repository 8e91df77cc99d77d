//! How a ColBERT reads text, as PyLate's `config_sentence_transformers.json` gives it.

use std::path::Path;

use jacolbert_core::SettingsFile;

use super::colbert_config::ColbertConfig;
use super::file_names::SENTENCE_TRANSFORMERS;
use super::limits::MAX_LENGTH;
use super::{PUNCTUATION, QueryLength};
use crate::Error;

impl ColbertConfig {
    /// Reads PyLate's `config_sentence_transformers.json` in the folder `dir`; a missing key has PyLate's
    /// default.
    ///
    /// | PyLate | here | default |
    /// |---|---|---|
    /// | `query_prefix`, `document_prefix` | `query_token_id`, `doc_token_id` | `"[Q] "`, `"[D] "` |
    /// | `query_length` with `do_query_expansion` | [`QueryLength::Fixed`] | 32, true |
    /// | `query_length` without | [`QueryLength::AtMost`] | |
    /// | `document_length` | `doc_maxlen` | 180 |
    /// | `attend_to_expansion_tokens` | `attend_to_mask_tokens` | false |
    /// | `skiplist_words` | `mask_punctuation`, `skiplist_words` | ASCII punctuation |
    ///
    /// The file does not contain `dim`, which is the default's; loading a checkpoint reads it from the settings of
    /// the projection. `similarity_fn_name` is ignored, as in PyLate, whose models are always scored by MaxSim.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] for a value of the wrong type or an empty prefix, as a
    /// text needs a marker.
    pub fn from_pylate(dir: &Path) -> Result<Self, Error> {
        let keys = SettingsFile::open(&dir.join(SENTENCE_TRANSFORMERS))?;
        let marker = |key, default: &str| {
            let marker = keys.word_if_given(key, "a token", |word| {
                Some(word.to_owned()).filter(|word| !word.is_empty())
            });
            Ok::<_, Error>(marker?.unwrap_or_else(|| default.to_owned()))
        };
        let (mask_punctuation, skiplist_words) = read_skiplist(&keys)?;
        Ok(Self {
            query_length: read_query_length(&keys)?,
            doc_maxlen: keys.count_if_given("document_length", MAX_LENGTH)?.unwrap_or(180),
            mask_punctuation,
            skiplist_words,
            attend_to_mask_tokens: keys
                .flag_if_given("attend_to_expansion_tokens")?
                .unwrap_or(false),
            query_token_id: marker("query_prefix", "[Q] ")?,
            doc_token_id: marker("document_prefix", "[D] ")?,
            ..Self::default()
        })
    }
}

fn read_query_length(keys: &SettingsFile) -> Result<QueryLength, Error> {
    let length = keys.count_if_given("query_length", MAX_LENGTH)?.unwrap_or(32);
    let is_filled = keys.flag_if_given("do_query_expansion")?.unwrap_or(true);
    Ok(if is_filled { QueryLength::Fixed(length) } else { QueryLength::AtMost(length) })
}

/// Whether punctuation is dropped, and the further words that are.
fn read_skiplist(keys: &SettingsFile) -> Result<(bool, Vec<String>), Error> {
    let Some(words) = keys.words_if_given("skiplist_words")? else { return Ok((true, vec![])) };
    let is_mark = |word: &String| word.len() == 1 && PUNCTUATION.contains(word.as_str());
    let (marks, others): (Vec<_>, Vec<_>) = words.iter().cloned().partition(is_mark);
    let has_all = PUNCTUATION.chars().all(|mark| marks.contains(&mark.to_string()));
    Ok(if has_all { (true, others) } else { (false, words) })
}
