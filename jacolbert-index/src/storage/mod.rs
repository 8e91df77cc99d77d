//! Bytes on disk: checked section files, memory maps and the manifest that names them.

mod array;
mod bytes;
mod directory;
mod manifest;
mod section_file;

pub(crate) use array::Array;
pub(crate) use bytes::Bytes;
pub(crate) use directory::{Directory, WriterLock};
pub(crate) use manifest::{FileEntry, MANIFEST, Manifest};
pub(crate) use section_file::{FileKind, SectionFile, SectionFileBuilder};
