//! The texts, ids and metadata of a collection.

mod block_builder;
mod block_header;
mod document_block;
mod documents;
mod joining;
mod lookup;
mod stored_passage;

pub use block_builder::DocumentBlockBuilder;
pub use document_block::DocumentBlock;
pub use documents::{Documents, block_name};
pub use joining::Join;
pub use stored_passage::StoredPassage;
