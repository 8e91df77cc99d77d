//! What the seed of a training is used for: the stream of each use.

/// The order of the rows and the choice of their passages.
pub(super) const ROWS: u64 = 0;
/// Dropout.
pub(super) const DROPOUT: u64 = 1;
/// Weights that are not drawn yet.
pub(super) const FRESH_WEIGHTS: u64 = 2;
