//! Numbers of the model's formula, which the packed engine and the Burn module share.

/// Added to the attention scores of masked tokens. Its `exp` is 0 in every float type, and it fits `f16`.
pub(crate) const UNSEEN: f32 = -1e4;

/// Vectors shorter than this are not scaled to length 1, as in PyTorch's `normalize`.
pub(crate) const MIN_NORM: f64 = 1e-12;
