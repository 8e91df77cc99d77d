//! The options of a tokenizer, as `tokenizer_config.json` gives them.

use std::path::Path;

use serde_json::Value;

use crate::Error;
use crate::config::Keys;

/// How ids are made of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subword {
    /// The longest pieces in the vocabulary.
    #[default]
    WordPiece,
    /// One id a character.
    Character,
}

/// What a model's configuration asks of the tokenizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JapaneseTokenizerOptions {
    /// How ids are made of a word.
    pub subword: Subword,
    /// Whether texts are put in NFKC before words are looked for.
    pub normalize: bool,
    /// Whether words are put in lower case.
    pub lower_case: bool,
    /// The token for padding.
    pub pad: String,
    /// The token for what the vocabulary lacks.
    pub unknown: String,
    /// The token before a text.
    pub class: String,
    /// The token behind a text.
    pub separator: String,
    /// The token for what is hidden from the model.
    pub mask: String,
    /// Further tokens that are cut out of texts, with their ids.
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
    /// Reads the options in the file at `path`. Options that change neither words nor ids are
    /// passed over.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Json`], and [`Error::Setting`] or [`Error::MissingKey`] for what is
    /// of the wrong type or not built here: words not from MeCab, SentencePiece, options for MeCab
    /// itself, added tokens that take the white space around them.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let keys = Keys::open(path)?;
        check_words(&keys)?;
        let default = Self::default();
        Ok(Self {
            subword: subword(&keys)?,
            normalize: normalize(&keys)?,
            lower_case: keys.flag_if_given("do_lower_case")?.unwrap_or(default.lower_case),
            pad: token(&keys, "pad_token", default.pad)?,
            unknown: token(&keys, "unk_token", default.unknown)?,
            class: token(&keys, "cls_token", default.class)?,
            separator: token(&keys, "sep_token", default.separator)?,
            mask: token(&keys, "mask_token", default.mask)?,
            added: added(&keys)?,
        })
    }
}

/// `Ok` if words come from MeCab and all of them are cut into pieces.
fn check_words(keys: &Keys) -> Result<(), Error> {
    keys.one_of("tokenizer_class", "\"BertJapaneseTokenizer\"", &[("BertJapaneseTokenizer", ())])?;
    if keys.one_of("word_tokenizer_type", "\"mecab\"", &[("mecab", ())])?.is_none() {
        // The default is to split words by rules, without a dictionary.
        let key = "word_tokenizer_type";
        return Err(Error::MissingKey { path: keys.path().into(), key });
    }
    for key in ["do_word_tokenize", "do_subword_tokenize"] {
        keys.convert(key, "true", |value| value.as_bool().filter(|flag| *flag))?;
    }
    check_empty(keys, "never_split")
}

fn subword(keys: &Keys) -> Result<Subword, Error> {
    let known = [("wordpiece", Subword::WordPiece), ("character", Subword::Character)];
    let subword =
        keys.one_of("subword_tokenizer_type", "\"wordpiece\" or \"character\"", &known)?;
    Ok(subword.unwrap_or_default())
}

fn normalize(keys: &Keys) -> Result<bool, Error> {
    let Some(mecab) = keys.object_if_given("mecab_kwargs")? else { return Ok(true) };
    check_empty(&mecab, "mecab_option")?;
    check_empty(&mecab, "never_split")?;
    Ok(mecab.flag_if_given("normalize_text")?.unwrap_or(true))
}

/// The contents of `added_tokens_decoder`: `{"id": {"content": .., "lstrip": false, ..}}`.
fn added(keys: &Keys) -> Result<Vec<(String, u32)>, Error> {
    let expected = "tokens by id that take no white space";
    let tokens = keys.convert("added_tokens_decoder", expected, |value| {
        let token = |(id, value): (&String, &Value)| Some((content(value)?, id.parse().ok()?));
        value.as_object()?.iter().map(token).collect()
    })?;
    Ok(tokens.unwrap_or_default())
}

fn token(keys: &Keys, key: &'static str, default: String) -> Result<String, Error> {
    let token = keys.convert(key, "a token that takes no white space", content)?;
    Ok(token.unwrap_or(default))
}

fn check_empty(keys: &Keys, key: &'static str) -> Result<(), Error> {
    let is_empty = |value: &Value| match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    keys.convert(key, "empty", |value| is_empty(value).then_some(()))?;
    Ok(())
}

/// The text of a token given as a string or as an object that asks for no treatment of its
/// neighbours.
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
