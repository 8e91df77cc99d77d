//! Bounds of what a settings file may say, above which a number is taken for damage.

/// The longest maximum length of a text.
pub(super) const MAX_LENGTH: u32 = 1 << 24;
/// The largest size of a vector or a vocabulary; the largest BERTs have 250,000 tokens.
pub(super) const MAX_SIZE: u32 = 1 << 24;
/// The largest number of layers; the largest BERTs have 24.
pub(super) const MAX_LAYERS: u32 = 1_000;
