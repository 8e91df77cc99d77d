//! Where passages go.

use jacolbert_core::Embeddings;

use crate::Error;

/// Where passages and documents go, in order.
pub trait PassageStore: Send {
    /// Takes the next passage.
    fn add(&mut self, passage: Embeddings) -> Result<(), Error>;

    /// Takes the next block of documents; their passages are already stored.
    fn add_block(&mut self, block: Vec<u8>) -> Result<(), Error>;
}
