//! A SentencePiece model file as a tokenizer of the crate `tokenizers`.

mod compiled_table;
mod fault;
mod fields;
mod merges;
mod model;
mod tokenizer_file;

use std::path::Path;

pub(crate) use self::compiled_table::check_within;
pub use self::fault::SentencePieceFault;
use self::model::Model;
use self::tokenizer_file::{Layout, tokenizer_file};
use crate::Error;
use crate::named_tokens::NamedTokens;

/// The contents of the `tokenizer.json` that does what the model file at `path` in the folder `checkpoint` does, with the
/// tokens that the settings beside it name.
pub(crate) fn as_tokenizer_file(checkpoint: &Path, path: &Path) -> Result<String, Error> {
    let layout = Layout::of_settings(checkpoint)?;
    let named = NamedTokens::open(checkpoint)?;
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    let spoilt = |fault| match jacolbert_core::WrongFile::recognise(&bytes) {
        Some(what) => Error::wrong_file(path, what),
        None => Error::SentencePiece { path: path.into(), fault },
    };
    let model = Model::read(&bytes).map_err(spoilt)?;
    tokenizer_file(&model, layout, &named).map_err(spoilt)
}
