//! Bytes on disk: checked section files, memory maps, the manifest that names them, and the one place
//! through which a folder changes.

mod array;
mod attachment;
mod bytes;
#[cfg(test)]
mod crash_tests;
mod directory;
mod disk;
mod draft;
mod manifest;
mod new_attachments;
mod new_file;
mod section_file;
mod section_header;
mod spool;

pub(crate) use array::Array;
pub use attachment::Attachment;

pub(crate) use directory::Directory;
pub(crate) use draft::Draft;
pub(crate) use manifest::Manifest;
pub(crate) use new_attachments::NewAttachments;
pub(crate) use section_file::{SectionFile, SectionFileBuilder};
pub(crate) use section_header::{FileKind, KindHeader, KindWords};
pub(crate) use spool::{ROWS_PER_BLOCK, Spool, SpooledRows, check_norms};
