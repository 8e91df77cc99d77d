//! Our engine.

use std::error::Error;
use std::io;
use std::path::Path;

use jacolbert_index::{Bits, BuildOptions, EmbeddingsRef, Index, IndexBuilder};
use jacolbert_search::{SearchOptions, Searcher};

use crate::engine::Engine;
use crate::spec::Spec;

/// An open index of ours.
pub struct Ours {
    index: Index,
    params: SearchOptions,
    dim: usize,
}

/// Builds the index of `passages` `[tokens, dim]` in `folder`.
pub fn build(
    spec: &Spec,
    dim: usize,
    passages: impl Iterator<Item = io::Result<Vec<f32>>>,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let config = BuildOptions { bits: bits(spec)?, ..Default::default() };
    let mut builder = IndexBuilder::create(folder, dim, config)?;
    for passage in passages {
        builder.add(EmbeddingsRef::new(&passage?, dim)?)?;
    }
    builder.build()?;
    Ok(())
}

impl Ours {
    /// Opens the index in `folder`.
    pub fn open(spec: &Spec, folder: &Path, dim: usize) -> Result<Self, Box<dyn Error>> {
        let n_probe = spec.probes;
        let n_rescored = spec.rescored;
        let params = SearchOptions { n_probe, n_rescored, ..Default::default() };
        Ok(Self { index: Index::open(folder)?, params, dim })
    }
}

impl Engine for Ours {
    fn search(&self, query: &[f32], k: usize) -> Result<Vec<u32>, Box<dyn Error>> {
        let params = SearchOptions { k, ..self.params.clone() };
        let query = EmbeddingsRef::new(query, self.dim)?;
        let hits = Searcher::new(&self.index).search(query, &params)?;
        Ok(hits.iter().map(|hit| hit.passage.0).collect())
    }
}

fn bits(spec: &Spec) -> Result<Bits, String> {
    match spec.bits {
        1 => Ok(Bits::One),
        2 => Ok(Bits::Two),
        4 => Ok(Bits::Four),
        8 => Ok(Bits::Eight),
        bits => Err(format!("{bits} bits are not to be had")),
    }
}
