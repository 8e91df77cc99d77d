//! Public behaviour of the crate.

#![allow(missing_docs, clippy::unwrap_used)]

mod pooling;
