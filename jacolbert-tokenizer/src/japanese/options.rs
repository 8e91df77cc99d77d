//! The options of a tokenizer, as `tokenizer_config.json` gives them.

use std::path::Path;

use jacolbert_core::{SettingsError, SettingsFile};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// How a word becomes ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subword {
    /// By the longest pieces in the vocabulary.
    #[default]
    WordPiece,
    /// One id for each character.
    Character,
}

/// The options of a [`JapaneseTokenizer`](crate::JapaneseTokenizer), which `tokenizer_config.json` gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JapaneseTokenizerOptions {
    /// How a word becomes ids. By default [`Subword::WordPiece`].
    pub subword: Subword,
    /// Whether a text is normalized to NFKC first. By default true.
    pub normalize: bool,
    /// Whether words are lowercased before they become ids. By default false.
    pub lower_case: bool,
    /// The token that fills a batch. By default `[PAD]`.
    pub pad: String,
    /// The token for words that the vocabulary lacks. By default `[UNK]`.
    pub unknown: String,
    /// The token that goes before a text. By default `[CLS]`.
    pub class: String,
    /// The token that goes after a text. By default `[SEP]`.
    pub separator: String,
    /// The token for tokens that are hidden from a model. By default `[MASK]`.
    pub mask: String,
    /// Further tokens that are split off from a text before anything else, with their ids. By default none.
    pub added: Vec<(String, u32)>,
}

impl Default for JapaneseTokenizerOptions {
    fn default() -> Self {
        Self {
            subword: Subword::WordPiece,
            normalize: true,
            lower_case: false,
            pad: "[PAD]".to_owned(),
            unknown: "[UNK]".to_owned(),
            class: "[CLS]".to_owned(),
            separator: "[SEP]".to_owned(),
            mask: "[MASK]".to_owned(),
            added: Vec::new(),
        }
    }
}

impl JapaneseTokenizerOptions {
    /// Reads the options in the file at `path`. Options that change neither words nor ids are ignored.
    ///
    /// # Errors
    /// [`Error::Settings`], also for options that are not supported: words that do not come from MeCab,
    /// SentencePiece, options of MeCab itself, added tokens that take the white space around them.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let settings = SettingsFile::open(path)?;
        check_words(&settings)?;
        let default = Self::default();
        Ok(Self {
            subword: subword(&settings)?,
            normalize: normalize(&settings)?,
            lower_case: settings.flag_if_given("do_lower_case")?.unwrap_or(default.lower_case),
            pad: token(&settings, "pad_token", default.pad)?,
            unknown: token(&settings, "unk_token", default.unknown)?,
            class: token(&settings, "cls_token", default.class)?,
            separator: token(&settings, "sep_token", default.separator)?,
            mask: token(&settings, "mask_token", default.mask)?,
            added: added(&settings)?,
        })
    }
}

/// Checks that words come from MeCab and that all of them are split into pieces.
fn check_words(settings: &SettingsFile) -> Result<(), SettingsError> {
    settings.one_of(
        "tokenizer_class",
        "\"BertJapaneseTokenizer\"",
        &[("BertJapaneseTokenizer", ())],
    )?;
    let expected = "\"mecab\"; words of Sudachi, Juman++ and the basic tokenizer are not supported";
    if settings.one_of("word_tokenizer_type", expected, &[("mecab", ())])?.is_none() {
        // The default is to split words by rules, without a dictionary.
        return Err(settings.missing("word_tokenizer_type"));
    }
    for key in ["do_word_tokenize", "do_subword_tokenize"] {
        settings.convert(key, "true", |value| value.as_bool().filter(|flag| *flag))?;
    }
    check_empty(settings, "never_split")
}

fn subword(settings: &SettingsFile) -> Result<Subword, SettingsError> {
    let known = [("wordpiece", Subword::WordPiece), ("character", Subword::Character)];
    let subword =
        settings.one_of("subword_tokenizer_type", "\"wordpiece\" or \"character\"", &known)?;
    Ok(subword.unwrap_or_default())
}

fn normalize(settings: &SettingsFile) -> Result<bool, SettingsError> {
    let Some(mecab) = settings.object_if_given("mecab_kwargs")? else { return Ok(true) };
    check_empty(&mecab, "mecab_option")?;
    check_empty(&mecab, "never_split")?;
    Ok(mecab.flag_if_given("normalize_text")?.unwrap_or(true))
}

/// The contents of `added_tokens_decoder`: `{"id": {"content": .., "lstrip": false, ..}}`.
fn added(settings: &SettingsFile) -> Result<Vec<(String, u32)>, SettingsError> {
    let expected = "tokens by id that take no white space";
    let tokens = settings.convert("added_tokens_decoder", expected, |value| {
        let token = |(id, value): (&String, &Value)| Some((content(value)?, id.parse().ok()?));
        value.as_object()?.iter().map(token).collect()
    })?;
    Ok(tokens.unwrap_or_default())
}

fn token(
    settings: &SettingsFile,
    key: &'static str,
    default: String,
) -> Result<String, SettingsError> {
    let token = settings.convert(key, "a token that takes no white space", content)?;
    Ok(token.unwrap_or(default))
}

fn check_empty(settings: &SettingsFile, key: &'static str) -> Result<(), SettingsError> {
    let is_empty = |value: &Value| match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    settings.convert(key, "empty", |value| is_empty(value).then_some(()))?;
    Ok(())
}

/// The text of a token that is given as a string, or as an object without special treatment of white space.
fn content(token: &Value) -> Option<String> {
    if let Value::String(text) = token {
        return Some(text.clone());
    }
    let is_set = |flag| token.get(flag).is_some_and(|value| *value != Value::Bool(false));
    if ["lstrip", "rstrip", "single_word"].into_iter().any(is_set) {
        return None;
    }
    token.get("content")?.as_str().map(str::to_owned)
}
