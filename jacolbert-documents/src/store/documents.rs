//! All blocks of a collection, in the order in which they were added.

use std::path::Path;

use jacolbert_index::PassageId;
use serde_json::Value;

use super::companion_header::BlockStamp;
use super::companions::Companions;
use super::document_block::DocumentBlock;
use super::document_changes::{DocumentChanges, open_changes};
use super::joining::{Join, holds_deleted, join};
use super::stored_passage::StoredPassage;
use crate::Error;

/// The documents of a collection: blocks of them, each added at once, read in place.
///
/// `B` holds the bytes of a block: an [`Attachment`](jacolbert_index::Attachment) of an index, or bytes in memory.
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{DocumentBlockBuilder, Documents};
/// use jacolbert_index::PassageId;
///
/// let mut builder = DocumentBlockBuilder::new(0);
/// builder.add("fuji", "null", ["富士山は高い。"]);
/// let mut documents = Documents::new();
/// documents.push(Path::new("block"), builder.build())?;
/// assert_eq!(documents.passages_of("fuji")?, [PassageId(0)]);
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Documents<B> {
    blocks: Vec<DocumentBlock<B>>,
}

impl<B> Default for Documents<B> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

impl<B: AsRef<[u8]>> Documents<B> {
    /// No documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a block, whose passage ids must follow those of the last one; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub fn push(&mut self, path: &Path, bytes: B) -> Result<(), Error> {
        self.push_block(DocumentBlock::new(path, bytes)?)
    }

    pub(super) fn push_block(&mut self, block: DocumentBlock<B>) -> Result<(), Error> {
        if block.first_id() != self.num_ids() {
            return Err(block.corrupt("blocks of documents do not follow each other"));
        }
        self.blocks.push(block);
        Ok(())
    }

    pub(super) fn blocks_mut(&mut self) -> &mut [DocumentBlock<B>] {
        &mut self.blocks
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> &[DocumentBlock<B>] {
        &self.blocks
    }

    /// Number of documents, deleted ones that are not erased included.
    pub fn num_documents(&self) -> usize {
        self.blocks.iter().map(DocumentBlock::num_documents).sum()
    }

    /// Number of passage ids, those of deleted and erased passages included. Every id is below it.
    pub fn num_ids(&self) -> usize {
        self.blocks.last().map_or(0, DocumentBlock::end_id)
    }

    /// The passage with this id.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], also of a passage that is erased; [`Error::Corrupt`].
    pub fn passage(&self, passage: PassageId) -> Result<StoredPassage<'_>, Error> {
        let (_, found) = self.find(passage)?;
        found.ok_or_else(|| self.unknown(passage))
    }

    /// The passages of every document that ever had this id, those of the latest block first.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn passages_of(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let mut passages = Vec::new();
        for block in self.blocks.iter().rev() {
            passages.extend(block.passages_of(document_id)?.into_iter().map(PassageId));
        }
        Ok(passages)
    }

    /// The metadata of a passage's document.
    ///
    /// # Errors
    /// As [`passage`](Self::passage).
    pub fn metadata(&self, passage: PassageId) -> Result<Value, Error> {
        let (block, found) = self.find(passage)?;
        let found = found.ok_or_else(|| self.unknown(passage))?;
        serde_json::from_str(found.metadata)
            .map_err(|_| block.corrupt(format!("metadata of document {:?}", found.document_id)))
    }

    /// Whether the passage with this id is not erased.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`] if there is no such id; [`Error::Corrupt`].
    pub fn is_kept(&self, passage: PassageId) -> Result<bool, Error> {
        Ok(self.find(passage)?.1.is_some())
    }

    /// The first passage at or after `from` that is not erased.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn next_kept(&self, from: PassageId) -> Result<Option<PassageId>, Error> {
        let first = self.blocks.partition_point(|block| block.end_id() <= from.index());
        for block in &self.blocks[first..] {
            if let Some(next) = block.next_kept(from.index())? {
                return Ok(Some(PassageId(next)));
            }
        }
        Ok(None)
    }

    /// Number of documents that are not erased.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn num_kept_documents(&self) -> Result<usize, Error> {
        self.blocks.iter().map(DocumentBlock::num_kept_documents).sum()
    }

    /// The block with the document of this passage, and the document's number in it.
    pub(super) fn document_of(
        &self,
        passage: PassageId,
    ) -> Result<(&DocumentBlock<B>, usize), Error> {
        let block = self.block_of(passage)?;
        let document = block.document_of(passage.index())?;
        Ok((block, document.ok_or_else(|| self.unknown(passage))?))
    }

    /// The passage, unless it is erased, and the block with its id.
    fn find(
        &self,
        passage: PassageId,
    ) -> Result<(&DocumentBlock<B>, Option<StoredPassage<'_>>), Error> {
        let block = self.block_of(passage)?;
        Ok((block, block.passage(passage.index())?))
    }

    /// The block with this id, which may be that of an erased passage.
    fn block_of(&self, passage: PassageId) -> Result<&DocumentBlock<B>, Error> {
        let after = self.blocks.partition_point(|block| block.first_id() <= passage.index());
        let block = after.checked_sub(1).and_then(|at| self.blocks.get(at));
        let block = block.filter(|_| passage.index() < self.num_ids());
        block.ok_or_else(|| self.unknown(passage))
    }

    fn unknown(&self, passage: PassageId) -> Error {
        Error::UnknownPassage { passage, num_passages: self.num_ids() }
    }
}

impl<B: AsRef<[u8]> + From<Vec<u8>> + Clone> Documents<B> {
    /// The same documents after `changes`, whose `joins` does not matter: without those that have no live passage,
    /// with small blocks joined, and with companions beside each block. Blocks that stay as they are share their
    /// bytes.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn changed(
        &self,
        changes: &DocumentChanges<'_>,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<Self, Error> {
        let mut blocks = self.blocks.clone();
        for block in &mut blocks {
            let changed =
                block.changed_metadata(changes.metadata, |b| BlockStamp::of(b.as_ref()))?;
            if let Some(file) = changed {
                block.set_companion(open_changes(file.into())?);
            }
        }
        if let Some(added) = changes.added {
            blocks
                .push(DocumentBlock::new(Path::new("documents in memory"), added.to_vec().into())?);
        }
        let sources: Vec<_> = blocks.iter().map(DocumentBlock::as_slice).collect();
        let mut left = Self::new();
        for group in Join::Small.groups(&sizes(&sources)) {
            let first = &blocks[group.start];
            let is_kept = group.len() == 1 && !first.is_much_changed()?;
            if is_kept && !holds_deleted(&sources[group.start], is_live)? {
                left.push_block(first.clone())?;
            } else {
                left.push(first.path(), join(&sources[group], is_live)?.block.into())?;
            }
        }
        left.with_companions(&changes.companions)
    }

    /// The same documents, with `companions` beside each block.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn with_companions(mut self, companions: &Companions) -> Result<Self, Error> {
        for block in &mut self.blocks {
            block.companions = companions.complete(block)?;
        }
        Ok(self)
    }

    /// The bytes of each block, with changed metadata in them.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn to_blocks(&self) -> Result<Vec<B>, Error> {
        let bytes = self.blocks.iter().map(|block| match block.metadata_changes()? {
            Some(_) => Ok(join(&[block.as_slice()], &|_| true)?.block.into()),
            None => Ok(block.bytes().clone()),
        });
        bytes.collect()
    }
}

/// Bytes of each block.
pub(super) fn sizes(blocks: &[DocumentBlock<&[u8]>]) -> Vec<usize> {
    blocks.iter().map(|block| block.bytes().len()).collect()
}
