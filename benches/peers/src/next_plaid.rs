//! The crate next-plaid, with its defaults where the spec says nothing else.

use std::error::Error;
use std::path::Path;

use ndarray::Array2;
use next_plaid::{IndexConfig, MmapIndex, SearchParameters};

use crate::engine::Engine;
use crate::spec::Spec;

/// An open index of next-plaid.
pub struct NextPlaid {
    index: MmapIndex,
    params: SearchParameters,
    dim: usize,
}

/// The input of its build: all passages, in memory.
pub fn input(
    dim: usize,
    passages: impl Iterator<Item = std::io::Result<Vec<f32>>>,
) -> Result<Vec<Array2<f32>>, Box<dyn Error>> {
    let matrix = |passage: std::io::Result<Vec<f32>>| {
        let passage = passage?;
        Ok(Array2::from_shape_vec((passage.len() / dim, dim), passage)?)
    };
    passages.map(matrix).collect()
}

/// Builds the index of `passages` in `folder`.
pub fn build(spec: &Spec, passages: &[Array2<f32>], folder: &Path) -> Result<(), Box<dyn Error>> {
    let config = IndexConfig { nbits: spec.bits, force_cpu: true, ..Default::default() };
    MmapIndex::create_with_kmeans(passages, text(folder)?, &config)?;
    Ok(())
}

impl NextPlaid {
    /// Opens the index in `folder`.
    pub fn open(spec: &Spec, folder: &Path, dim: usize) -> Result<Self, Box<dyn Error>> {
        let mut params = SearchParameters::default();
        params.n_full_scores = spec.rescored.unwrap_or(params.n_full_scores);
        params.n_ivf_probe = spec.probes.unwrap_or(params.n_ivf_probe);
        Ok(Self { index: MmapIndex::load(text(folder)?)?, params, dim })
    }
}

impl Engine for NextPlaid {
    fn search(&self, query: &[f32], k: usize) -> Result<Vec<u32>, Box<dyn Error>> {
        let shape = (query.len() / self.dim, self.dim);
        let query = Array2::from_shape_vec(shape, query.to_vec())?;
        let params = SearchParameters { top_k: k, ..self.params.clone() };
        let found = self.index.search(&query, &params, None)?;
        Ok(found.passage_ids.iter().map(|&id| u32::try_from(id)).collect::<Result<_, _>>()?)
    }
}

fn text(folder: &Path) -> Result<&str, Box<dyn Error>> {
    folder.to_str().ok_or_else(|| "the folder's name is no UTF-8".into())
}
