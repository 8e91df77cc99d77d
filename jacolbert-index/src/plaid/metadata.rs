//! The JSON files of a foreign index.

use std::path::Path;

use jacolbert_core::WrongFile;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::PlaidFault;
use crate::{Bits, Error};

/// The fields of `metadata.json` that are used.
///
/// `num_embeddings` is not: colbert-ai counts it wrong when passages are added later. Neither is fast-plaid's
/// `num_partitions`, which is the number of centroids it planned, not the number it has.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) layout: Layout,
    pub(super) bits: Bits,
    pub(super) num_chunks: usize,
}

/// How tensors are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// By colbert-ai, through PyTorch.
    Torch {
        /// Length of a row.
        dim: usize,
        /// Number of centroids.
        num_centroids: usize,
    },
    /// By fast-plaid, through NumPy.
    Npy,
}

impl Settings {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("metadata.json");
        let metadata: Metadata = read(&path)?;
        let (layout, bits, num_chunks) = match metadata {
            Metadata::ColbertAi { config, num_chunks, num_partitions } => {
                let layout = Layout::Torch { dim: config.dim, num_centroids: num_partitions };
                (layout, config.nbits, num_chunks)
            }
            Metadata::FastPlaid { nbits, num_chunks } => (Layout::Npy, nbits, num_chunks),
        };
        let bits =
            Bits::try_from(bits).map_err(|_| Error::plaid(&path, PlaidFault::Bits { bits }))?;
        Ok(Self { layout, bits, num_chunks })
    }
}

/// `N.metadata.json`: the sizes of a chunk.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ChunkCounts {
    /// Passages before the chunk; fast-plaid does not say.
    pub(super) passage_offset: Option<usize>,
    #[serde(alias = "num_documents")]
    pub(super) num_passages: usize,
    pub(super) num_embeddings: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Metadata {
    ColbertAi { config: Config, num_chunks: usize, num_partitions: usize },
    FastPlaid { nbits: u64, num_chunks: usize },
}

#[derive(Deserialize)]
struct Config {
    dim: usize,
    nbits: u64,
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    let json = WrongFile::text(&bytes);
    let json = json.map_err(|what| Error::plaid(path, PlaidFault::WrongFile(what)))?;
    serde_json::from_str(json).map_err(|e| Error::plaid(path, PlaidFault::Json(e)))
}
