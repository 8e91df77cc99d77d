//! What was exported.

use serde::Serialize;

/// What was exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExportSummary {
    /// Number of passages.
    pub num_passages: usize,
    /// Number of their vectors.
    pub num_vectors: usize,
}

impl ExportSummary {
    pub(crate) fn count(&mut self, num_vectors: usize) {
        self.num_passages += 1;
        self.num_vectors += num_vectors;
    }
}
