//! Encoder of late-interaction models (ColBERT): Japanese text in, one unit vector per token out.
//!
//! A [`Tokenizer`] turns a text into an [`Encoding`], with different rules for queries and passages. An [`Encoder`]
//! computes the embeddings of any number of texts and returns plain matrices, which `jacolbert-index` stores and
//! `jacolbert-search` scores.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use jacolbert_model::{Device, Encoder, LoadOptions};
//!
//! # fn main() -> Result<(), jacolbert_model::Error> {
//! let folder = Path::new("assets/mini");
//! let encoder = Encoder::from_dir(folder, &LoadOptions::default(), &Device::cpu())?;
//! let query = encoder.encode_query("日本で一番高い山は？")?.embeddings;
//! assert_eq!((query.num_tokens(), query.dim()), (32, encoder.dim()));
//! # Ok(())
//! # }
//! ```
//!
//! A [`SentenceEncoder`] gives one vector per text: a baseline for late interaction.
//!
//! # Shapes
//!
//! | value | shape | meaning |
//! |---|---|---|
//! | [`Encoding`] | `[tokens]` | ids, attention and keep of one text |
//! | [`Encoded`] | one `[tokens, dim]` per text | unit rows of kept tokens only |
//! | [`EncodedSentences`] | `[texts, dim]` | one unit row per text |
//!
//! # Files
//!
//! A checkpoint is a folder as the original ColBERT writes it: `config.json`, `artifact.metadata`,
//! `model.safetensors` or (with the feature `pytorch`) `pytorch_model.bin`, and `tokenizer.json` (or `vocab.txt` and
//! `tokenizer_config.json`, see [below](#japanese-words)); or a folder as PyLate writes it. Shapes, names and types of
//! all tensors are checked when they are read, and an [`Error`] names the file and the tensor or key. Nothing in a file
//! is ever executed.
//!
//! # Japanese words
//!
//! The published JaColBERT checkpoints have no `tokenizer.json`: they split text into words with
//! MeCab's rules and the dictionary UniDic, then into pieces with `vocab.txt`. The rules are built in
//! ([`JapaneseTokenizer`](jacolbert_tokenizer::JapaneseTokenizer)). The dictionary (47 MB to download, 250 MB on disk,
//! memory-mapped) is not. It comes with the Python package `unidic-lite`:
//!
//! ```sh
//! pip install unidic-lite
//! python3 -c 'import unidic_lite; print(unidic_lite.DICDIR)'
//! ```
//!
//! The printed folder is [`LoadOptions::dictionary`]:
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
//! let encoder = Encoder::from_dir(Path::new("JaColBERT"), &options, &Device::cpu())?;
//! # Ok(())
//! # }
//! ```
//!
//! Any compiled MeCab dictionary in UTF-8 can be read, but a checkpoint needs the dictionary that it was trained with.
//!
//! # Devices
//!
//! A [`Device`] value says where a model computes. [`Device::cpu`] is always available: it runs this crate's own
//! kernels over packed weights, and an embedding has the same bits in any batch. The number of threads is that of the
//! rayon pool in which the encoder is called. [`LoadOptions::precision`] chooses between `f32`, bf16 and
//! 8-bit integers.
//!
//! The features `flex`, `ndarray`, `wgpu`, `vulkan`, `metal` and `cuda` add the devices of [Burn](https://burn.dev), on
//! which the model computes as a Burn module. Each of them turns on the feature `burn`, which adds the module itself
//! for training: `Checkpoint` (module, settings and tokenizer), `Colbert`, `Batch`, `TokenEmbeddings`, and MaxSim with
//! gradients (`maxsim_all`, `maxsim_n_way`). `burn-simd` adds Burn's SIMD variants for flex.
//!
//! The tests compare the CPU, flex, ndarray and wgpu (on software Vulkan) with PyTorch. [`Encoder::self_check`] checks
//! a device on the machine where it is used.

#![cfg_attr(docsrs, feature(doc_cfg))]

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
#[cfg(feature = "measure")]
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
pub use roles::{Encoding, EncodingFault, TokenPlace, TokenRole, Tokenizer};
pub use sentence::{EncodedSentences, SentenceEncoder, SentenceOptions};

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
