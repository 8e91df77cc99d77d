//! Checks that lengths and ids are within what the model has embeddings for.

use std::path::Path;

use crate::{BertConfig, Error};

/// Checks that `length` has room for the `min` tokens that every text has, and does not exceed the model's positions.
pub(super) fn check_length(
    key: &'static str,
    length: usize,
    min: usize,
    bert: &BertConfig,
) -> Result<(), Error> {
    let max = bert.max_position_embeddings;
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(Error::Length { path: None, key, length, min, max })
}

/// Checks that the model has an embedding for `largest`, the largest id of the tokenizer at `path`.
pub(super) fn check_vocabulary(path: &Path, largest: u32, bert: &BertConfig) -> Result<(), Error> {
    let vocab_size = bert.vocab_size;
    if (largest as usize) < vocab_size {
        return Ok(());
    }
    Err(Error::Vocabulary { path: path.into(), largest, vocab_size })
}
