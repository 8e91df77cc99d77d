//! Passages in memory, searched exhaustively.

use std::path::Path;
use std::sync::Arc;

use jacolbert_core::Embeddings;
use jacolbert_index::PassageId;
use jacolbert_model::Encoder;

use super::memory_snapshot::{IN_MEMORY, MemorySnapshot};
use super::sealed::{Change, Committed, Sealed};
use crate::Error;
use crate::ingest::PassageStore;

/// Embeddings in memory: the storage of a [`MemoryCollection`](crate::MemoryCollection).
///
/// Every search scores every passage exactly, which is fast up to about ten thousand passages.
///
/// ```no_run
/// use jacolbert::{Collection, InMemory, Retriever};
///
/// let collection: Collection<InMemory> = Retriever::from_dir("assets/mini")?.in_memory();
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct InMemory;

/// A change of a collection in memory.
#[derive(Debug)]
pub struct MemoryChange {
    base: Arc<MemorySnapshot>,
    deleted: Vec<PassageId>,
    added: Vec<Embeddings>,
    blocks: Vec<Vec<u8>>,
    metadata: Vec<(PassageId, String)>,
}

impl Sealed for InMemory {
    type Snapshot = MemorySnapshot;
    type Change = MemoryChange;

    fn path(&self) -> &Path {
        Path::new(IN_MEMORY)
    }

    fn begin(
        &self,
        _encoder: &Encoder,
        current: &Arc<MemorySnapshot>,
    ) -> Result<MemoryChange, Error> {
        Ok(MemoryChange {
            base: current.clone(),
            deleted: Vec::new(),
            added: Vec::new(),
            blocks: Vec::new(),
            metadata: Vec::new(),
        })
    }
}

impl PassageStore for MemoryChange {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.added.push(passage);
        Ok(())
    }

    fn add_block(&mut self, block: Vec<u8>) -> Result<(), Error> {
        self.blocks.push(block);
        Ok(())
    }
}

impl Change for MemoryChange {
    type Snapshot = MemorySnapshot;

    fn base(&self) -> &Arc<MemorySnapshot> {
        &self.base
    }

    fn delete(&mut self, passage: PassageId) -> Result<(), Error> {
        self.deleted.push(passage);
        Ok(())
    }

    fn set_metadata(&mut self, passage: PassageId, metadata: String) {
        self.metadata.push((passage, metadata));
    }

    fn commit(
        self,
        _encoder: &Encoder,
        num_documents: usize,
    ) -> Result<Committed<MemorySnapshot>, Error> {
        let Self { base, deleted, added, blocks, metadata } = self;
        let snapshot = base.changed(&deleted, added, blocks, &metadata, num_documents)?;
        Ok(Committed { snapshot, durable: Ok(()) })
    }
}
