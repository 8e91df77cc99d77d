//! JaColBERT encoder on Burn: Japanese text in, one unit vector per token out.
//!
//! A [`Tokenizer`] turns a text into an [`Encoding`], by other rules for a query than for a passage.
//! A [`Batch`] of encodings goes through [`Colbert`] (BERT, a projection, unit rows) and becomes
//! [`TokenEmbeddings`]. An [`Encoder`] does both for any number of texts and hands out plain
//! matrices, which `jacolbert-index` stores and `jacolbert-search` scores. Training stops one step
//! earlier, at the tensors, and scores them with [`maxsim_all`] or [`maxsim_n_way`].
//!
//! ```no_run
//! use std::path::Path;
//!
//! use jacolbert_model::{Device, Encoder};
//!
//! # fn main() -> Result<(), jacolbert_model::Error> {
//! let encoder = Encoder::from_dir(Path::new("assets/mini"), &Device::flex())?;
//! let query = encoder.encode_query("日本で一番高い山は？")?;
//! assert_eq!((query.num_tokens(), query.dim()), (32, encoder.dim()));
//! # Ok(())
//! # }
//! ```
//!
//! A [`SentenceEncoder`] gives one vector a text: the models beside which late interaction is measured.
//!
//! # Shapes
//!
//! | value | shape | what |
//! |---|---|---|
//! | [`Encoding`] | `[tokens]` | ids, attention and keep of one text |
//! | [`Batch`] | `[batch, tokens]` | the same of several, padded to the longest |
//! | hidden states of [`Bert`] | `[batch, tokens, hidden]` | contextual vectors |
//! | [`TokenEmbeddings`] | `[batch, tokens, dim]` | unit rows; zeros where a token is not kept |
//! | [`Encoded`] | one `[tokens, dim]` a text | unit rows of kept tokens only |
//! | [`EncodedSentences`] | `[texts, dim]` | a unit row a text |
//! | [`maxsim_all`] | `[queries, passages]` | every query against every passage |
//! | [`maxsim_n_way`] | `[queries, n]` | every query against n passages of its own |
//!
//! # Files
//!
//! A [`Checkpoint`] is a folder as the original ColBERT writes it: `config.json`,
//! `artifact.metadata`, `model.safetensors` or `pytorch_model.bin`, and `tokenizer.json` (or
//! `vocab.txt` and `tokenizer_config.json`, see [below](#japanese-words)); or one as PyLate writes
//! it. Shapes, names and kinds of number are checked before anything is put on a device, and an
//! [`Error`] names file and tensor or key. Nothing in a file is ever executed.
//!
//! # Japanese words
//!
//! The published JaColBERT checkpoints have no `tokenizer.json`: their text is cut into words by
//! MeCab's rules and the dictionary UniDic, then into pieces by `vocab.txt`. That is built in
//! ([`JapaneseTokenizer`](jacolbert_tokenizer::JapaneseTokenizer)); the dictionary (47 MB to download, 250 MB on disk, read through memory
//! maps) is not. It comes with the Python package `unidic-lite`, as `pip` delivers it:
//!
//! ```sh
//! pip install unidic-lite
//! python3 -c 'import unidic_lite; print(unidic_lite.DICDIR)'
//! ```
//!
//! The folder printed is [`LoadOptions::dictionary`]:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use jacolbert_model::{Device, Encoder, LoadOptions};
//!
//! # fn main() -> Result<(), jacolbert_model::Error> {
//! let options = LoadOptions {
//!     dictionary: Some("site-packages/unidic_lite/dicdir".into()),
//!     ..Default::default()
//! };
//! let encoder = Encoder::from_dir_with(Path::new("JaColBERT"), &options, &Device::flex())?;
//! # Ok(())
//! # }
//! ```
//!
//! Any compiled MeCab dictionary in UTF-8 can be read, but another one gives other words than those
//! that a checkpoint was trained with.
//!
//! # From scratch
//!
//! `TokenizerTrainer` of the crate jacolbert-tokenizer (feature `training`) trains a tokenizer on a collection, and
//! [`Checkpoint::from_scratch`] makes a model with fresh weights for it.
//!
//! # Devices
//!
//! No type here says on which backend it runs; a [`Device`] does, at run time. Each backend is a
//! cargo feature: `flex` (the default, pure Rust on the CPU), `ndarray`, `wgpu`, `vulkan`, `metal`
//! and `cuda`. `Device::flex()` and its like exist with their feature. `Device::default()` is Burn's
//! choice among them and follows the environment variable `BURN_DEVICE`, which is why this crate
//! never calls it.
//!
//! On flex an [`Encoder`] computes with a copy of the weights that is packed for this crate's own
//! kernels, and an embedding is the same to the bit whatever texts are encoded together;
//! [`LoadOptions::cpu`] chooses between that, products in bf16 or in bytes, and [`Colbert`] itself. Rayon's
//! pool in which it is called says how many threads take part.
//!
//! The tests compare flex, ndarray and wgpu (on Vulkan in software) with PyTorch.
//! [`Encoder::self_check`] compares any other device with flex, on the machine where it counts.

#[cfg(feature = "burn")]
mod burn;
mod checkpoint;
mod config;
mod device;
mod encoder;
mod error;
mod fingerprint;
mod formula;
mod load_options;
#[doc(hidden)]
pub mod measure;
mod packed;
mod precision;
mod reference_texts;
mod roles;
mod sentence;

#[cfg(feature = "burn")]
pub use self::burn::{
    Batch, Bert, Checkpoint, Colbert, FreshWeights, TokenEmbeddings, TokenWeights, WeightFormat,
    maxsim_all, maxsim_n_way,
};
pub use checkpoint::TensorFile;
pub use config::{
    Activation, BertConfig, ColbertConfig, QueryLength, SentenceConfig, SentencePooling,
    SentenceSettings,
};
pub use device::Device;
pub use encoder::{
    BatchSize, EncodeOptions, Encoded, EncodedPassage, EncodedText, Encoder, SelfCheck,
    SelfCheckOptions, StreamOptions, TokenisedPassage, Truncation,
};
pub use error::Error;
pub use fingerprint::Fingerprint;
pub use load_options::LoadOptions;
pub use precision::Precision;
pub use roles::{Encoding, EncodingFault, Tokenizer};
pub use sentence::{EncodedSentences, SentenceEncoder, SentenceOptions};

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
