//! Bytes on disk: checked section files, memory maps, the manifest that names them, and the doors
//! through which a folder changes.

mod array;
mod bytes;
#[cfg(test)]
mod crash_bench;
#[cfg(test)]
mod crash_laws;
#[cfg(test)]
mod crash_scenarios;
mod directory;
mod disk;
mod draft;
mod manifest;
mod new_file;
#[cfg(test)]
mod power_loss;
mod section_file;
#[cfg(test)]
mod watched_disk;

pub(crate) use array::Array;
pub(crate) use bytes::Bytes;
pub(crate) use directory::{Directory, WriterLock};
pub(crate) use disk::{Disk, disk_of};
pub(crate) use draft::Draft;
pub(crate) use manifest::{FileEntry, MANIFEST, Manifest};
pub(crate) use new_file::NewFile;
pub(crate) use section_file::{FileKind, SectionFile, SectionFileBuilder};
