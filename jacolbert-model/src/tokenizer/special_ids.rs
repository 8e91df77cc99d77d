//! Ids of the tokens that frame a text.

use std::path::Path;

use super::json_tokenizer::JsonTokenizer;
use crate::{ColbertConfig, Error};

/// Ids of the tokens that are inserted by id, never by text.
#[derive(Debug, Clone)]
pub(super) struct SpecialIds {
    pub(super) cls: u32,
    pub(super) sep: u32,
    pub(super) mask: u32,
    pub(super) pad: u32,
    pub(super) query: u32,
    pub(super) passage: u32,
}

impl SpecialIds {
    /// Looks them up; `path` is the tokenizer's file.
    pub(super) fn find(
        tokenizer: &JsonTokenizer,
        config: &ColbertConfig,
        path: &Path,
    ) -> Result<Self, Error> {
        let id = |token: &str| {
            let missing = || Error::MissingToken { path: path.into(), token: token.into() };
            tokenizer.id(token).ok_or_else(missing)
        };
        // Not inserted by us, but a tokenizer that meets an unknown word fails without it.
        id("[UNK]")?;
        Ok(Self {
            cls: id("[CLS]")?,
            sep: id("[SEP]")?,
            mask: id("[MASK]")?,
            pad: id("[PAD]")?,
            query: id(&config.query_token_id)?,
            passage: id(&config.doc_token_id)?,
        })
    }
}
