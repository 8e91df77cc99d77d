//! Compressed index for late interaction, where every token of a passage has its own vector.
//!
//! A small index stores tokens as exact rows of bytes. A large one is clustered: each token is its nearest
//! centroid plus a residual of a few bits per component, and inverted lists name the passages that have
//! tokens near a centroid. The crate works on plain matrices ([`Embeddings`], `[tokens, dim]`) from any
//! model; `jacolbert-search` searches the index. With the feature `import`, `PlaidFolder` converts an index
//! that colbert-ai or fast-plaid wrote, without the embeddings it was built from.
//!
//! ```
//! use jacolbert_index::{BuildOptions, Embeddings, Index, IndexBuilder};
//!
//! let folder = tempfile::tempdir()?;
//! let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
//! let passage = builder.add(Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?.as_ref())?;
//! builder.build()?.save(folder.path())?;
//!
//! let index = Index::open(folder.path())?;
//! assert_eq!(index.decode(passage)?.num_tokens(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Files
//!
//! An index is a folder: `manifest.json` names all other files, which are written once under the number of
//! their commit and never changed. Codec, segments and deletions have a checked header followed by sections
//! with a checksum each; opening maps them and reads the headers only. All numbers are little endian.
//! [docs/file-format.md] describes every file.
//!
//! [docs/file-format.md]: https://github.com/jacolbert/jacolbert/blob/main/docs/file-format.md

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(target_endian = "big")]
compile_error!("the files of an index are little endian and mapped as they are");

mod build;
mod codec;
mod commit;
mod deleted;
mod error;
mod ids;
mod index;
mod kernels;
mod options;
#[cfg(feature = "import")]
mod plaid;
mod scoring;
mod segment;
mod storage;

pub use build::IndexBuilder;
pub use codec::{Bits, CodebookFit, ResidualCodec};
pub use commit::{Committed, IndexWriter};
pub use error::Error;
pub use ids::{CentroidId, PassageId};
pub use index::Index;
pub use jacolbert_core::{Embeddings, EmbeddingsRef};
pub use kernels::Panels;
pub use options::{BuildOptions, BuildProgress};
#[cfg(feature = "import")]
pub use plaid::{PlaidCodec, PlaidFault, PlaidFolder, PlaidPassage, PlaidPassages};
pub use scoring::{CentroidScores, PackedQuery, Scorer};
pub use segment::Segment;
pub use storage::Attachment;

/// Version of the file format that this crate writes.
pub const FORMAT_VERSION: u32 = 3;

/// The oldest version of the file format that this crate reads. The next commit to such an index writes
/// [`FORMAT_VERSION`].
pub const OLDEST_FORMAT_VERSION: u32 = 2;

/// Whether this crate reads files of the format `version`.
fn is_readable(version: u32) -> bool {
    (OLDEST_FORMAT_VERSION..=FORMAT_VERSION).contains(&version)
}

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
