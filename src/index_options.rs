//! How documents are indexed, and how far that is.

use jacolbert_core::Pooling;
use jacolbert_documents::Splitting;
use jacolbert_index::{BuildOptions, BuildProgress};
use serde::{Deserialize, Serialize};

/// How documents are indexed.
///
/// ```
/// use jacolbert::{Bits, BuildOptions, IndexOptions, Splitting};
///
/// let build = BuildOptions { bits: Bits::Four, ..Default::default() };
/// let options = IndexOptions { splitting: Splitting::Whole, build, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexOptions {
    /// How documents become passages; by default passages of up to 250 tokens that share up to 50. The
    /// collection remembers it for documents that are added later.
    pub splitting: Splitting,
    /// How many similar tokens of a passage are merged into one vector; by default none. More pooling
    /// makes the index smaller and the results worse. The collection remembers it for documents that
    /// are added later.
    pub pooling: Pooling,
    /// How the index is built; by default with 2 bits per component.
    pub build: BuildOptions,
}

/// How far indexing is.
///
/// ```
/// use jacolbert::IndexProgress;
///
/// fn draw(progress: IndexProgress) {
///     match progress {
///         IndexProgress::Encoding { done, of: Some(of) } => println!("{done} of {of} documents"),
///         other => println!("{other:?}"),
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexProgress {
    /// Documents are encoded.
    Encoding {
        /// Documents that are done.
        done: usize,
        /// Documents in all; none if they come from a [stream](crate::Indexer::run_stream).
        of: Option<usize>,
    },
    /// The index is built from the embeddings.
    Building(BuildProgress),
}
