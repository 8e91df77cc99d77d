//! Passages and documents into an index, new or growing.

use jacolbert_core::{Embeddings, EmbeddingsRef};
use jacolbert_documents::block_name;
use jacolbert_index::{IndexBuilder, IndexWriter, PassageId};

use super::passage_store::PassageStore;
use crate::Error;

/// An index builder or writer, with the number of blocks of documents that it has.
#[derive(Debug)]
pub(crate) struct IndexSink<W> {
    writer: W,
    num_blocks: usize,
}

/// What takes passages and attachments: a builder of a new index, or a writer of one that grows.
pub(crate) trait TakesPassages: Send {
    fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, jacolbert_index::Error>;

    fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), jacolbert_index::Error>;
}

impl<W> IndexSink<W> {
    /// A sink for an index that has `num_blocks` blocks of documents.
    pub(crate) fn new(writer: W, num_blocks: usize) -> Self {
        Self { writer, num_blocks }
    }

    pub(crate) fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    pub(crate) fn into_writer(self) -> W {
        self.writer
    }
}

impl<W: TakesPassages> PassageStore for IndexSink<W> {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.writer.add(passage.as_ref())?;
        Ok(())
    }

    fn add_block(&mut self, block: Vec<u8>) -> Result<(), Error> {
        self.writer.attach_written(&block_name(self.num_blocks), &block)?;
        self.num_blocks += 1;
        Ok(())
    }
}

impl TakesPassages for IndexBuilder {
    fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, jacolbert_index::Error> {
        Self::add(self, passage)
    }

    fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), jacolbert_index::Error> {
        Self::attach_written(self, name, content)
    }
}

impl TakesPassages for IndexWriter {
    fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, jacolbert_index::Error> {
        Self::add(self, passage)
    }

    fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), jacolbert_index::Error> {
        Self::attach_written(self, name, content)
    }
}
