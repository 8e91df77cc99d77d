//! A SentencePiece model file as a tokenizer of the crate `tokenizers`.

mod compiled_table;
mod fault;
mod fields;
mod merges;
mod model;
mod tokenizer_file;

use std::path::Path;

use jacolbert_core::WrongFile;

pub(crate) use self::compiled_table::{CompiledTable, KeptTokens, check_within};
pub use self::fault::SentencePieceFault;
use self::model::Model;
use self::tokenizer_file::{Layout, tokenizer_file};
use crate::Error;
use crate::named_tokens::NamedTokens;

/// What a model file becomes.
pub(crate) struct SentencePiece {
    /// The contents of a `tokenizer.json`.
    pub(crate) tokenizer_file: String,
    /// What replaces characters before that, where the crate `tokenizers` would not do as SentencePiece does.
    pub(crate) table: Option<CompiledTable>,
}

impl SentencePiece {
    /// Reads the model file at `path` in the folder `checkpoint`, with the tokens that the settings beside it name.
    pub(crate) fn open(checkpoint: &Path, path: &Path) -> Result<Self, Error> {
        let layout = Layout::of_settings(checkpoint)?;
        let named = NamedTokens::open(checkpoint)?;
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        Self::new(&bytes, layout, &named).map_err(|fault| match WrongFile::recognise(&bytes) {
            Some(what) => Error::wrong_file(path, what),
            None => Error::SentencePiece { path: path.into(), fault },
        })
    }

    fn new(bytes: &[u8], layout: Layout, named: &NamedTokens) -> Result<Self, SentencePieceFault> {
        let model = Model::read(bytes)?;
        let table = model.normalizer.compiled_table()?;
        let tokenizer_file = tokenizer_file(&model, layout, named)?;
        // The class XLMRobertaTokenizer does as the crate does.
        Ok(Self { tokenizer_file, table: table.filter(|_| layout != Layout::XlmRoberta) })
    }
}
