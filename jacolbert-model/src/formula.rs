//! Numbers of the model's formula, which the packed engine and the Burn module share.

/// Added to the attention scores of tokens that must not be seen. `exp` of it is 0 in every float
/// type, and `f16` still holds it.
pub(crate) const UNSEEN: f32 = -1e4;

/// Shorter vectors than this are not stretched to length 1, as in PyTorch's `normalize`.
pub(crate) const MIN_NORM: f64 = 1e-12;
