//! What a search returns.

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};

use crate::ranking::Scored;

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The passage.
    pub passage: PassageId,
    /// Its MaxSim score; see [`maxsim`](crate::maxsim).
    pub score: f32,
}

impl Scored for Hit {
    type Place = PassageId;

    fn score(&self) -> f32 {
        self.score
    }

    fn place(&self) -> PassageId {
        self.passage
    }
}
