//! The kinds of files that lie beside each block of documents.

use std::path::Path;
use std::sync::Arc;

use super::attachment_names::companion_name;
use super::companion::{Companion, file_of, is_current};
use super::companion_file::CompanionFile;
use super::companion_header::BlockStamp;
use super::document_block::DocumentBlock;
use super::metadata_changes::METADATA;
use crate::Error;

/// The kinds of files that are derived from each block of documents and kept beside it.
///
/// ```
/// use jacolbert_documents::{Companions, DocumentBlockBuilder};
///
/// let mut builder = DocumentBlockBuilder::new(0);
/// builder.add("fuji", r#"{"height":3776}"#, ["富士山は高い。"]);
/// let files = Companions::default().files_of(&builder.build())?;
/// assert!(files.iter().all(|file| file.name.ends_with("-from-0")));
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Companions {
    pub(super) kinds: Vec<Arc<dyn Companion>>,
}

/// A file that lies beside a block of documents, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompanion {
    /// The name under which it is attached to the index.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The columns of metadata, if they are compiled in.
impl Default for Companions {
    fn default() -> Self {
        let none = Self { kinds: Vec::new() };
        #[cfg(feature = "filter")]
        let none = none.with(crate::columns::MetadataColumns);
        none
    }
}

impl Companions {
    /// Derives also this kind.
    #[cfg_attr(not(feature = "filter"), allow(dead_code, reason = "each feature adds a kind"))]
    pub(crate) fn with(mut self, companion: impl Companion + 'static) -> Self {
        self.kinds.push(Arc::new(companion));
        self
    }

    /// The files to be attached beside the block with the bytes `block`.
    ///
    /// # Errors
    /// [`Error::Version`] and [`Error::Corrupt`] if `block` is not a block of documents.
    pub fn files_of(&self, block: &[u8]) -> Result<Vec<NewCompanion>, Error> {
        let block = DocumentBlock::new(Path::new("new documents"), block)?;
        let stamp = BlockStamp::of(block.bytes());
        let files = self.kinds.iter().map(|companion| {
            let name = companion_name(companion.kind(), block.first_id());
            Ok(NewCompanion { name, content: file_of(companion.as_ref(), &block, stamp)? })
        });
        files.collect()
    }

    /// The opened companions of `block`, in memory: those that it has and that are as they must be, and new ones.
    pub(super) fn complete<B: AsRef<[u8]> + From<Vec<u8>> + Clone>(
        &self,
        block: &DocumentBlock<B>,
    ) -> Result<Vec<CompanionFile<B>>, Error> {
        let slice = block.as_slice();
        let mut stamp = None;
        let files = self.kinds.iter().map(|companion| {
            if let Some(file) = block.companion(companion.kind())
                && is_current(companion.as_ref(), file)?
            {
                return Ok(file.clone());
            }
            let stamp = *stamp.get_or_insert_with(|| BlockStamp::of(slice.bytes()));
            let content = file_of(companion.as_ref(), &slice, stamp)?;
            CompanionFile::new(block.path(), content.into())
        });
        let changes = block.companion(METADATA).cloned().map(Ok);
        files.chain(changes).collect()
    }
}
