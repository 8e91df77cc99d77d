//! The JSON files of a foreign index.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::PlaidFault;
use super::torch_file::fault;
use crate::{Bits, Error};

/// Of `metadata.json`, what is used.
///
/// Its `num_embeddings` is not: colbert-ai counts it wrong when passages are added later.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) dim: usize,
    pub(super) bits: Bits,
    pub(super) num_chunks: usize,
    pub(super) num_centroids: usize,
}

impl Settings {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("metadata.json");
        let Metadata { config, num_chunks, num_partitions } = read(&path)?;
        let (dim, bits) = (config.dim, config.nbits);
        // Whole bytes, as colbert-ai demands; and no product of these numbers overflows.
        let fits = (1..=1 << 16).contains(&dim) && (dim as u64 * bits).is_multiple_of(8);
        match Bits::try_from(bits) {
            Ok(bits) if fits => Ok(Self { dim, bits, num_chunks, num_centroids: num_partitions }),
            _ => Err(fault(&path, PlaidFault::Width { dim, bits })),
        }
    }
}

/// `N.metadata.json`: what a chunk holds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ChunkCounts {
    pub(super) passage_offset: usize,
    pub(super) num_passages: usize,
    pub(super) num_embeddings: usize,
}

#[derive(Deserialize)]
struct Metadata {
    config: Config,
    num_chunks: usize,
    num_partitions: usize,
}

#[derive(Deserialize)]
struct Config {
    dim: usize,
    nbits: u64,
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    serde_json::from_slice(&bytes).map_err(|e| fault(path, PlaidFault::Json(e)))
}
