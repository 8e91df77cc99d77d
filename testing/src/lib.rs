//! Fixtures and oracles that the tests of several crates share. It is a dev-dependency only, and not
//! published.

pub mod data;
pub mod embeddings;
pub mod small_dictionary;
