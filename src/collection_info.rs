//! What a collection in a folder is.

use std::path::PathBuf;

use jacolbert_core::Pooling;
use jacolbert_documents::Splitting;
use jacolbert_index::{Bits, Index};
use jacolbert_model::Precision;
use serde::Serialize;

use crate::settings::{Settings, StoredSplitting};

/// What a collection in a folder is: its numbers, its model and how it was indexed.
///
/// ```no_run
/// let info = jacolbert::StoredCollection::open("my-index")?.info();
/// println!("{} documents, {} tokens", info.num_documents, info.num_tokens);
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CollectionInfo {
    /// Number of documents.
    pub num_documents: usize,
    /// Number of their passages.
    pub num_passages: usize,
    /// Number of the passages' tokens, each of which has a vector.
    pub num_tokens: usize,
    /// Bytes of all its files but the manifest: vectors, texts, ids and metadata.
    pub num_bytes: usize,
    /// Components of a vector.
    pub dim: usize,
    /// Bits per component of a vector, once there are enough of them to be compressed.
    pub bits: Bits,
    /// Number of segments; [`compact`](crate::Collection::compact) joins them.
    pub num_segments: usize,
    /// Whether files still hold vectors and texts of deleted documents, until they are compacted.
    pub has_deleted: bool,
    /// The folder of the model, if the collection remembers one.
    pub model: Option<PathBuf>,
    /// The fingerprint of the model.
    pub fingerprint: Option<String>,
    /// The folder of the model's dictionary.
    pub dictionary: Option<PathBuf>,
    /// The number format in which the model computes.
    pub precision: Precision,
    /// How documents become passages; none if a function of a program splits them.
    pub splitting: Option<Splitting>,
    /// How many similar tokens are merged into one vector.
    pub pooling: Pooling,
    /// The analyser of its words, by which hybrid searches rank; none if it keeps no words.
    pub words: Option<String>,
}

impl CollectionInfo {
    pub(crate) fn new(index: &Index, settings: &Settings) -> Self {
        Self {
            num_documents: settings.num_documents,
            num_passages: index.num_passages(),
            num_tokens: index.num_tokens(),
            num_bytes: num_bytes(index),
            dim: index.dim(),
            bits: index.options().bits,
            num_segments: index.segments().len(),
            has_deleted: index.has_deleted(),
            model: settings.checkpoint.as_ref().map(PathBuf::from),
            fingerprint: settings.fingerprint.clone(),
            dictionary: settings.dictionary.as_ref().map(PathBuf::from),
            precision: settings.precision,
            splitting: match settings.splitting {
                StoredSplitting::Rule(splitting) => Some(splitting),
                StoredSplitting::Own => None,
            },
            pooling: settings.pooling,
            words: settings.words.as_ref().map(|words| words.analyser.clone()),
        }
    }
}

fn num_bytes(index: &Index) -> usize {
    let attachments = index.attachments().map(|(_, attachment)| attachment.as_ref().len());
    index.num_bytes() + attachments.sum::<usize>()
}
