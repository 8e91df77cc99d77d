//! A file that is being written, piece by piece.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::manifest::FileEntry;
use crate::Error;

/// Bytes that are collected before they are written.
const CHUNK: usize = 1 << 18;

/// A new file under a new name.
///
/// Appended bytes are in the file after [`flush`](Self::flush), and on disk after
/// [`finish`](Self::finish).
#[derive(Debug)]
pub(crate) struct NewFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    name: String,
    file: File,
    /// Appended, but not written yet.
    pending: Vec<u8>,
    written: u64,
}

impl NewFile {
    /// A new, empty file `name` in `folder`.
    pub(crate) fn create(disk: Arc<dyn Disk>, folder: &Path, name: String) -> Result<Self, Error> {
        let path = folder.join(&name);
        let file = disk.create(&path).map_err(|source| Error::io(&path, source))?;
        Ok(Self { disk, path, name, file, pending: Vec::new(), written: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds `bytes` at the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.pending.len() + bytes.len() > CHUNK {
            self.flush()?;
        }
        if bytes.len() > CHUNK {
            self.write(self.written, bytes)?;
            self.written += bytes.len() as u64;
        } else {
            self.pending.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Writes the appended bytes to the file, without waiting until they are on disk.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.write(self.written, &pending)?;
            self.written += pending.len() as u64;
            self.pending = pending;
            self.pending.clear();
        }
        Ok(())
    }

    /// Waits until all is on disk, closes the file and describes it for the manifest.
    pub(crate) fn finish(mut self, checksum: u32) -> Result<FileEntry, Error> {
        self.flush()?;
        let synced = self.disk.sync_file(&self.path, &self.file);
        synced.map_err(|source| Error::io(&self.path, source))?;
        Ok(FileEntry { length: self.written, name: self.name, checksum })
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), Error> {
        let written = self.disk.write(&self.path, &self.file, at, bytes);
        written.map_err(|source| Error::io(&self.path, source))
    }
}
