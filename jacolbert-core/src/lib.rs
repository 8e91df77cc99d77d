//! Types shared by the jacolbert crates.
//!
//! [`Embeddings`] are the token vectors of one text; [`pooled`] merges similar rows of them. [`simd`]
//! detects the instruction set and dispatches to its kernels, [`MappedFile`] is a file in memory,
//! [`SettingsFile`] reads a JSON settings file, [`WrongFile`] says what a file is if it is not what its name
//! says, and [`Checksum`] is a checksum over values of many kinds.
//! With the feature `text`, `TextLines` are the lines of a text file.
//!
//! ```
//! use jacolbert_core::{Embeddings, PoolFactor, Pooling, pooled};
//!
//! let passage = Embeddings::new(vec![1.0, 0.0, 0.6, 0.8, 0.6, 0.8], 2)?;
//! let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
//! assert_eq!(pooled(passage.as_ref(), pooling).num_tokens(), 2);
//! # Ok::<(), jacolbert_core::Error>(())
//! ```

mod checksum;
mod embeddings;
mod encoding;
mod error;
mod mapped_file;
mod pooling;
mod python_json;
mod settings_file;
pub mod simd;
#[cfg(feature = "text")]
mod text;
mod wrong_file;

pub use checksum::Checksum;
pub use embeddings::{Embeddings, EmbeddingsRef, norm, normalise};
pub use encoding::Encoding;
pub use error::Error;
pub use mapped_file::MappedFile;
pub use pooling::{PoolFactor, Pooling, pooled, pooled_passages};
pub use settings_file::{SettingsError, SettingsFile};
#[cfg(feature = "text")]
pub use text::{TextError, TextLine, TextLines};
pub use wrong_file::WrongFile;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
