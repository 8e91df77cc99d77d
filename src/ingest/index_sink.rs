//! Passages and documents into an index, new or growing.

use std::path::Path;

use jacolbert_core::{Embeddings, EmbeddingsRef};
use jacolbert_documents::{Companions, DocumentBlock, block_name};
use jacolbert_index::{IndexBuilder, IndexWriter, PassageId};

use super::passage_store::PassageStore;
use crate::Error;

/// An index builder or writer. The latest block of documents waits in memory, because the commit may join it
/// with others.
#[derive(Debug)]
pub(crate) struct IndexSink<W> {
    writer: W,
    latest: Option<Vec<u8>>,
    num_written: usize,
    companions: Companions,
}

/// What takes passages and attachments: a builder of a new index, or a writer of one that grows.
pub(crate) trait TakesPassages: Send {
    fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, jacolbert_index::Error>;

    fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), jacolbert_index::Error>;
}

impl<W: TakesPassages> IndexSink<W> {
    /// A sink that writes `companions` beside each block of documents.
    pub(crate) fn new(writer: W, companions: Companions) -> Self {
        Self { writer, latest: None, num_written: 0, companions }
    }

    pub(crate) fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// The writer, with all blocks attached.
    pub(crate) fn into_writer(mut self) -> Result<W, Error> {
        self.write_latest()?;
        Ok(self.writer)
    }

    /// The writer, and the block of documents that is not attached yet. There is none if others came before
    /// it: it is attached then, too.
    pub(crate) fn into_parts(mut self) -> Result<(W, Option<Vec<u8>>), Error> {
        if self.num_written > 0 {
            self.write_latest()?;
        }
        Ok((self.writer, self.latest))
    }

    fn write_latest(&mut self) -> Result<(), Error> {
        if let Some(block) = self.latest.take() {
            let first_id = DocumentBlock::new(Path::new("new documents"), &block)?.first_id();
            self.writer.attach_written(&block_name(first_id), &block)?;
            for file in self.companions.files_of(&block)? {
                self.writer.attach_written(&file.name, &file.content)?;
            }
            self.num_written += 1;
        }
        Ok(())
    }
}

impl<W: TakesPassages> PassageStore for IndexSink<W> {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.writer.add(passage.as_ref())?;
        Ok(())
    }

    fn add_block(&mut self, block: Vec<u8>) -> Result<(), Error> {
        self.write_latest()?;
        self.latest = Some(block);
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
