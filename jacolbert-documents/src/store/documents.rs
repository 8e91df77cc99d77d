//! All blocks of a collection, in the order in which they were added.

use std::path::Path;

use jacolbert_index::{Attachment, Index, IndexWriter, PassageId};
use serde_json::Value;

use super::document_block::DocumentBlock;
use super::stored_passage::StoredPassage;
use crate::Error;

/// The documents of a collection: blocks of them, each added at once, read in place.
///
/// `B` holds the bytes of a block: an [`Attachment`] of an index, or bytes in memory.
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

/// The name under which block `n` is attached to an index.
pub fn block_name(n: usize) -> String {
    format!("documents-{n}")
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

    /// Appends a block, whose passages must follow those of the last one; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub fn push(&mut self, path: &Path, bytes: B) -> Result<(), Error> {
        let block = DocumentBlock::new(path, bytes)?;
        if block.first_passage() != self.num_passages() {
            return Err(Error::corrupt(path, "blocks of documents do not follow each other"));
        }
        self.blocks.push(block);
        Ok(())
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> &[DocumentBlock<B>] {
        &self.blocks
    }

    /// Number of documents, deleted ones included.
    pub fn num_documents(&self) -> usize {
        self.blocks.iter().map(DocumentBlock::num_documents).sum()
    }

    /// Number of passages, those of deleted documents included.
    pub fn num_passages(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.first_passage() + block.num_passages())
    }

    /// The passage with this id.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], [`Error::Corrupt`].
    pub fn passage(&self, passage: PassageId) -> Result<StoredPassage<'_>, Error> {
        self.block_of(passage)?.passage(passage.index())
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
    /// [`Error::UnknownPassage`], [`Error::Corrupt`].
    pub fn metadata(&self, passage: PassageId) -> Result<Value, Error> {
        let block = self.block_of(passage)?;
        let found = block.passage(passage.index())?;
        serde_json::from_str(found.metadata)
            .map_err(|_| block.corrupt(format!("metadata of document {:?}", found.document_id)))
    }

    /// Whether the passage with this id was not [erased](DocumentBlock::erased).
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], [`Error::Corrupt`].
    pub fn is_kept(&self, passage: PassageId) -> Result<bool, Error> {
        Ok(!self.passage(passage)?.document_id.is_empty())
    }

    /// Number of documents that were not [erased](DocumentBlock::erased).
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn num_kept_documents(&self) -> Result<usize, Error> {
        self.blocks.iter().map(DocumentBlock::num_kept_documents).sum()
    }

    fn block_of(&self, passage: PassageId) -> Result<&DocumentBlock<B>, Error> {
        let num_passages = self.num_passages();
        let after = self.blocks.partition_point(|block| block.first_passage() <= passage.index());
        let block = after.checked_sub(1).and_then(|at| self.blocks.get(at));
        let block = block.filter(|_| passage.index() < num_passages);
        block.ok_or(Error::UnknownPassage { passage, num_passages })
    }
}

impl<B: AsRef<[u8]> + From<Vec<u8>> + Clone> Documents<B> {
    /// The same documents, with [`DocumentBlock::erased`] for every block that holds something of a
    /// deleted document.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn erased(&self, is_live: &dyn Fn(PassageId) -> bool) -> Result<Self, Error> {
        let mut left = Self::new();
        for block in &self.blocks {
            let bytes = block.erased(is_live)?.map_or_else(|| block.bytes().clone(), B::from);
            left.push(block.path(), bytes)?;
        }
        Ok(left)
    }
}

impl Documents<Attachment> {
    /// The documents that are attached to `index`; `folder` is for messages.
    ///
    /// Nothing is read that grows with the collection.
    ///
    /// # Errors
    /// [`Error::Version`]; [`Error::Corrupt`] if a block is damaged, or the index has another number of passages.
    pub fn from_index(folder: &Path, index: &Index) -> Result<Self, Error> {
        let mut documents = Self::new();
        while let Some(block) = index.attachment(&block_name(documents.blocks.len())) {
            documents.push(block.path(), block.clone())?;
        }
        if documents.num_passages() != index.num_ids() {
            return Err(Error::corrupt(folder, "documents and vectors do not agree"));
        }
        Ok(documents)
    }

    /// Replaces, in the commit of `writer`, every block that holds something of documents that are deleted
    /// in its index.
    ///
    /// # Errors
    /// [`Error::Corrupt`]; [`Error::Index`] if the checksum of such a block is wrong.
    pub fn erase_deleted(&self, writer: &mut IndexWriter) -> Result<(), Error> {
        for (n, block) in self.blocks.iter().enumerate() {
            let is_live = |passage| writer.index().contains(passage);
            if let Some(left) = block.erased(&is_live)? {
                // The new block gets a new checksum, which would hide damage of the old one.
                block.bytes().verify()?;
                writer.attach(&block_name(n), &left);
            }
        }
        Ok(())
    }
}
