//! BM25 over the passages of a collection.

mod analyser;
mod bm25;
mod lengths;
mod live_passages;
mod packed_file;
mod packed_segment;
mod passage_scores;
mod pinned_bytes;
mod postings;
mod summary;
mod word_block;
mod word_block_builder;
mod word_dictionary;
mod word_index;

pub use analyser::Analyser;
pub use bm25::Bm25Options;
pub use lengths::Lengths;
pub use passage_scores::{PassageScores, ScoredPassage};
pub use word_block_builder::WordBlockBuilder;
pub use word_dictionary::WordDictionary;
pub use word_index::WordIndex;
