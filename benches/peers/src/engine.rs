//! What the engines that run in this process have in common.

use std::error::Error;

/// An open index that answers.
pub trait Engine {
    /// Positions of the best `k` passages for `query` `[query tokens, dim]`, best first.
    fn search(&self, query: &[f32], k: usize) -> Result<Vec<u32>, Box<dyn Error>>;
}
