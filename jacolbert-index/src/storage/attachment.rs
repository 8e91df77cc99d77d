//! Bytes that are kept with an index, which does not interpret them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::Bytes;
use super::directory::Directory;
use super::manifest::FileEntry;
use crate::Error;

/// Bytes of another crate that are part of the same commits as the passages.
///
/// Cloning is cheap, and a clone keeps the bytes alive after the index is gone.
#[derive(Debug, Clone)]
pub struct Attachment {
    path: PathBuf,
    bytes: Arc<Bytes>,
    checksum: u32,
}

impl Attachment {
    /// A copy of `content`, in memory.
    pub(crate) fn copied(content: &[u8]) -> Self {
        Self {
            path: Path::new("attachment in memory").into(),
            bytes: Arc::new(Bytes::copied(content)),
            checksum: crc32fast::hash(content),
        }
    }

    pub(crate) fn open(directory: &Directory, entry: &FileEntry) -> Result<Self, Error> {
        let bytes = Arc::new(directory.open_opaque(entry)?);
        Ok(Self { path: directory.path().join(&entry.name), bytes, checksum: entry.checksum })
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The CRC-32 that its bytes must have; [`verify`](Self::verify) compares it.
    pub fn checksum(&self) -> u32 {
        self.checksum
    }

    /// Reads all bytes and compares their checksum; opening the index does not.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn verify(&self) -> Result<(), Error> {
        let whole = crc32fast::hash(self.as_ref()) == self.checksum;
        whole.then_some(()).ok_or_else(|| Error::corrupt(&self.path, "checksum of the file"))
    }
}

impl AsRef<[u8]> for Attachment {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}
