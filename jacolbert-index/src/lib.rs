//! Compressed multi-vector index: centroids, quantised residuals and inverted lists.

mod embeddings;
mod error;

pub use embeddings::{Embeddings, EmbeddingsRef};
pub use error::Error;
