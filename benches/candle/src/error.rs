//! What can go wrong: any error of any library.

/// A value, or any error.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
