//! Japanese text to token ids, exactly as transformers computes them, without Python.
//!
//! [`TextTokenizer`] opens the tokenizer of a checkpoint folder, whichever it has:
//!
//! | files of the checkpoint | tokenizer |
//! |---|---|
//! | `vocab.txt`, and a `tokenizer_config.json` that names `BertJapaneseTokenizer` | [`JapaneseTokenizer`]: words from a MeCab dictionary, then WordPiece |
//! | `tokenizer.json` | `JsonTokenizer`, through the crate `tokenizers` (feature `json`, on by default) |
//! | `sentencepiece.bpe.model`, `spiece.model` or `tokenizer.model` alone | the same, made of the SentencePiece model |
//!
//! ```
//! use std::path::Path;
//!
//! use jacolbert_tokenizer::TextTokenizer;
//!
//! # #[cfg(feature = "json")]
//! # fn main() -> Result<(), jacolbert_tokenizer::Error> {
//! # let checkpoint = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/mini"));
//! let tokenizer = TextTokenizer::from_dir(checkpoint, None)?;
//! let ids = tokenizer.encode("日本で一番高い山は富士山です。")?;
//! assert!(ids.iter().all(|&id| id <= tokenizer.largest_id()));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "json"))]
//! # fn main() {}
//! ```
//!
//! Ids are those of the text alone, without `[CLS]`, `[SEP]`, padding or truncation; the ids of these
//! tokens are in [`SpecialTokens`] and [`Frame`].
//!
//! # MeCab dictionaries
//!
//! Checkpoints that descend from `tohoku-nlp/bert-base-japanese-v3`, the published JaColBERT models among
//! them, need the dictionary UniDic as the Python package `unidic-lite` ships it (47 MB to download, 250 MB
//! on disk). It is read through memory maps, so that opening it takes milliseconds:
//!
//! ```sh
//! pip install unidic-lite
//! python3 -c 'import unidic_lite; print(unidic_lite.DICDIR)'
//! ```
//!
//! Any compiled MeCab dictionary in UTF-8 can be read, but a checkpoint needs the one that it was trained
//! with: another dictionary gives other words. A well-known dictionary that is not the one in the checkpoint's settings is
//! an error, unless [`TokenizerOptions::other_dictionary`] accepts it.
//!
//! # Characters without a shape
//!
//! Soft hyphens, zero-width spaces, byte order marks and the like are kept, as transformers keeps them, and make other
//! ids. [`TokenizerOptions::ignorable`] drops them; a tokenizer that was trained here says so in its settings.
//!
//! # Features
//!
//! Without the feature `json`, which is on by default, the crate reads Japanese tokenizers only and compiles a third of the
//! packages. With the feature `training`, `TokenizerTrainer` trains a tokenizer on a collection of texts. The feature
//! needs a C++ compiler.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod alignment;
mod error;
mod file_names;
mod frame;
mod ignorable;
mod japanese;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod named_tokens;
#[cfg(feature = "json")]
mod sentencepiece;
mod special_tokens;
mod text_tokenizer;
mod tokenizer_options;
#[cfg(feature = "training")]
mod training;

pub use error::Error;
pub use frame::Frame;
pub use japanese::{
    Dictionary, DictionaryFault, DictionaryKind, JapaneseTokenizer, JapaneseTokenizerOptions,
    Subword, Vocabulary,
};
#[cfg(feature = "json")]
pub use json::JsonTokenizer;
#[cfg(feature = "json")]
pub use sentencepiece::SentencePieceFault;
pub use special_tokens::SpecialTokens;
pub use text_tokenizer::TextTokenizer;
pub use tokenizer_options::{IgnorableCharacters, OtherDictionary, TokenizerOptions};
#[cfg(feature = "training")]
pub use training::TokenizerTrainer;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
