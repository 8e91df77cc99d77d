//! What a commit does to documents.

use std::path::Path;

use jacolbert_index::PassageId;

use super::companion_file::CompanionFile;
use super::companion_header::BlockStamp;
use super::companions::Companions;
use super::document_block::DocumentBlock;
use super::joining::Join;
use crate::Error;

/// What a commit does to the documents, beside the deletion of passages.
///
/// ```
/// use jacolbert_documents::{DocumentChanges, Join};
/// use jacolbert_index::PassageId;
///
/// let changed = [(PassageId(0), r#"{"year":2024}"#.to_owned())];
/// let changes = DocumentChanges { metadata: &changed, ..DocumentChanges::default() };
/// assert_eq!(changes.joins, Join::Small);
/// ```
#[derive(Debug, Clone, Default)]
pub struct DocumentChanges<'c> {
    /// A block that is added.
    pub added: Option<&'c [u8]>,
    /// Which blocks are joined.
    pub joins: Join,
    /// New metadata (JSON) of documents that are stored, each by the id of one of its passages.
    pub metadata: &'c [(PassageId, String)],
    /// What is derived from each block that is written.
    pub companions: Companions,
}

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// The file of changed metadata that the block has after `changes`; `None` if they change none of its documents.
    /// `stamp` gives the stamp of the block.
    pub(super) fn changed_metadata(
        &self,
        changes: &[(PassageId, String)],
        stamp: impl FnOnce(&B) -> BlockStamp,
    ) -> Result<Option<Vec<u8>>, Error> {
        let mut changed = None;
        for (passage, metadata) in changes {
            let Some(document) = self.document_of(passage.index())? else { continue };
            if changed.is_none() {
                changed = Some(self.metadata_changes()?.cloned().unwrap_or_default());
            }
            changed.iter_mut().for_each(|changed| changed.set(document, metadata));
        }
        Ok(changed.map(|changed| changed.to_file(stamp(self.bytes()))))
    }

    /// Whether so many of its metadata were changed that it should be written anew.
    pub(super) fn is_much_changed(&self) -> Result<bool, Error> {
        Ok(self.metadata_changes()?.is_some_and(|changes| changes.is_large()))
    }
}

/// The file of changed metadata with these bytes, opened.
pub(super) fn open_changes<B: AsRef<[u8]>>(bytes: B) -> Result<CompanionFile<B>, Error> {
    CompanionFile::new(Path::new("changed metadata"), bytes)
}
