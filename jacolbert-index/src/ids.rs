//! The two ids of an index, which are never mixed.

use serde::{Deserialize, Serialize};

/// A passage of an index: passages are numbered from 0 in the order in which they are added. No id is
/// given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PassageId(pub u32);

impl PassageId {
    /// The id as a position.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A centroid of the codebook, and the cell of all tokens that are closest to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CentroidId(pub u32);

impl CentroidId {
    /// The id as a position.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
