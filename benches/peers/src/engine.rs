//! What the engines that run in this process have in common.

use std::error::Error;
use std::path::Path;

use crate::collection::Collection;
use crate::next_plaid::NextPlaid;
use crate::ours::Ours;
use crate::spec::{Name, Spec};

/// An open index that answers.
pub trait Engine {
    /// Positions of the best `k` passages for `query` `[query tokens, dim]`, best first.
    fn search(&self, query: &[f32], k: usize) -> Result<Vec<u32>, Box<dyn Error>>;
}

/// Opens the index in `folder`.
pub fn open(
    spec: &Spec,
    folder: &Path,
    collection: &Collection,
) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    match spec.name {
        Name::Ours => Ok(Box::new(Ours::open(spec, folder, collection.dim())?)),
        Name::NextPlaid => Ok(Box::new(NextPlaid::open(spec, folder, collection.dim())?)),
        name => Err(format!("{name} runs in peers.py").into()),
    }
}
