//! Compressed index for late interaction: every token of a passage keeps a vector of its own.
//!
//! A few tokens are kept as exact rows of bytes. Many are clustered: each is its nearest centroid plus
//! a residual of a few bits a component, and inverted lists say which passages have tokens near a
//! centroid. The crate works on plain matrices ([`Embeddings`], `[tokens, dim]`), wherever they come
//! from; searching is the business of `jacolbert-search`. With the feature `import`, `PlaidFolder` makes an
//! index of one that colbert-ai or fast-plaid wrote, without its embeddings.
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
//! | file | what |
//! |---|---|
//! | `manifest.json` | names, lengths and checksums of all other files, dimension, number of ids, build settings; replaced by rename |
//! | `G-codec.jacolbert` | centroids and levels; absent as long as all segments are flat |
//! | `G-segment-N.jacolbert` | passages, see below |
//! | `G-deleted.jacolbert` | one bit a passage |
//! | `G-attachment-N.jacolbert` | bytes of somebody else's |
//! | `G-spool.jacolbert` | tokens that wait for the end of a build |
//! | `manifest.json.new` | a manifest that is about to be put in place |
//! | `writer.lock` | held while somebody writes |
//!
//! `G` is the commit that wrote the file; no file but the manifest is ever changed or replaced. Files
//! with sections begin with a header of checked lengths; all numbers are little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | magic `JaColIdx` |
//! | 8..12 | format version |
//! | 12..16 | kind of file: 1 codec, 2 segment, 3 deleted |
//! | 16..20 | number of sections, n |
//! | 20..24 | CRC-32 of bytes 0..96+32n, these four taken as zero |
//! | 24..32 | length of the file |
//! | 32..96 | eight parameters of the kind, `u64` each |
//! | 96..96+32n | per section: name (8 bytes), CRC-32 (4), zero (4), offset (8), length (8) |
//! | ... | the sections, each at a multiple of 64 |
//!
//! Parameters: codec `dim, bits, centroids, step of the levels, fit` (the last two as bits of `f32`);
//! segment `dim, bits or 0 if flat, passages, tokens, centroids, bytes of the lists, first id, end of
//! the ids`; deleted `words, count`. A byte `u` of a row stands for `u - 128` times the row's scale; rows
//! are filled up to a multiple of 8 components. Sections of a codec:
//!
//! | section | values |
//! |---|---|
//! | `centroid`, `scales` | rows of bytes, and their scales, `f32` |
//! | `levels` | bytes `u`, each the level `(u - 128) * step` |
//!
//! Sections of a segment:
//!
//! | section | values |
//! |---|---|
//! | `offsets` | first token of each passage, then the number of tokens, `u64` |
//! | `ids` | ids of the passages, `u32` ascending; absent where none is missing |
//! | `rows`, `scales` | flat: rows of bytes, and their scales, `f32` |
//! | `codes` | centroid of each token, `u16` up to 65,536 centroids, else `u32` |
//! | `scales`, `factors` | two `f16` a token: see [`ResidualCodec`] |
//! | `residual` | levels of each token, packed: byte b holds components b, b + n, b + 2n, ... of n bytes |
//! | `starts` | first byte of each centroid's list, then the number of bytes, `u32` |
//! | `lists` | positions of passages within the segment, ascending, as gaps in LEB128 |

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

/// Version of the file format that this crate writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 2;

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
