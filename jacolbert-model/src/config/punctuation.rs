//! The punctuation whose tokens are dropped from passages.

/// The ASCII punctuation marks, Python's `string.punctuation`.
pub(crate) const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
