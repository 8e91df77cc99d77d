//! Public behaviour of the crate.

#![allow(missing_docs, clippy::unwrap_used)]

mod pooling;
mod settings_files;
#[cfg(feature = "text")]
mod text_lines;
