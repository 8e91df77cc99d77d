//! Changing an index in its folder: everything that a writer did becomes visible in one commit.

mod compaction;
mod save;
mod writer;

pub use writer::{Committed, IndexWriter};
