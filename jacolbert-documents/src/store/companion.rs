//! What is derived from a block of documents and kept beside it.

use std::fmt::Debug;

use super::companion_file::{CompanionFile, CompanionParts, SETTINGS};
use super::companion_header::BlockStamp;
use super::document_block::DocumentBlock;
use crate::Error;

/// Derives the companions of one kind: a pure function from a block and settings to the parts of a file.
///
/// The file is a part of the commit that writes the block, and is removed with it.
pub(crate) trait Companion: Debug + Send + Sync {
    /// The first part of the names of attachments, at most eight bytes; see
    /// [`attachment_names`](super::attachment_names) for the features that write them.
    fn kind(&self) -> &'static str;

    /// What the file depends on beside the block. Compaction derives anew what was derived with other settings.
    fn settings(&self) -> Vec<u8>;

    /// The parts of the file for `block`; the part `settings` is added to them. Metadata are taken as they were when
    /// the block was written: those that were changed later lie in a file of their own.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the block is damaged.
    fn derive(&self, block: &DocumentBlock<&[u8]>, parts: &mut CompanionParts)
    -> Result<(), Error>;
}

/// Whether `file` was derived with the settings of `companion`.
pub(super) fn is_current<B: AsRef<[u8]>>(
    companion: &dyn Companion,
    file: &CompanionFile<B>,
) -> Result<bool, Error> {
    Ok(file.settings()? == companion.settings().as_slice())
}

/// The file of `parts`, which belongs to no block.
#[cfg(feature = "words")]
pub(crate) fn file_without_block(
    kind: &str,
    settings: Vec<u8>,
    mut parts: CompanionParts,
) -> Vec<u8> {
    parts.add(SETTINGS, settings);
    parts.build(kind, BlockStamp::of(&[]))
}

/// The bytes of the companion of `block`.
pub(super) fn file_of(
    companion: &dyn Companion,
    block: &DocumentBlock<&[u8]>,
    stamp: BlockStamp,
) -> Result<Vec<u8>, Error> {
    let mut parts = CompanionParts::default();
    companion.derive(block, &mut parts)?;
    parts.add(SETTINGS, companion.settings());
    Ok(parts.build(companion.kind(), stamp))
}
