//! Bytes of a file: mapped from disk or owned, aligned either way.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jacolbert_core::MappedFile;

use crate::Error;

/// Alignment of owned bytes, and of each section within a file.
pub(crate) const ALIGNMENT: usize = 64;

/// Files up to this length are read instead of mapped: a map takes a page of memory and one of the maps
/// that the system allows a process.
const LONGEST_READ: u64 = 32 << 10;
/// Once the process has mapped so many files, further ones are read. That is half of what Linux allows by
/// default.
const MOST_MAPPED: usize = 1 << 15;

/// The bytes of a file.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// Mapped from disk.
    Mapped(MappedFile),
    /// In memory: the content of a small file, or of an index that was built and not written.
    Owned(OwnedBytes),
}

/// Bytes in memory that start at a multiple of [`ALIGNMENT`].
#[derive(Debug, Default)]
pub(crate) struct OwnedBytes {
    blocks: Vec<Block>,
    len: usize,
}

#[repr(C, align(64))]
#[derive(Debug, Clone, Copy, bytemuck::Zeroable, bytemuck::Pod)]
struct Block([u8; ALIGNMENT]);

impl Bytes {
    /// Opens the file at `path`. A small file is read, any other is mapped.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let opened = File::open(path).and_then(|file| {
            let len = file.metadata()?.len();
            if len <= LONGEST_READ || MappedFile::num_mapped() >= MOST_MAPPED {
                Self::read(file, len)
            } else {
                MappedFile::open(path).map(Self::Mapped)
            }
        });
        opened.map_err(|source| Error::io(path, source))
    }

    /// The first `len` bytes of `file`, in memory.
    fn read(mut file: File, len: u64) -> io::Result<Self> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let mut owned = OwnedBytes::zeroed(len);
        file.read_exact(owned.as_mut_slice())?;
        Ok(Self::Owned(owned))
    }

    /// A copy of `content` in memory.
    pub(crate) fn copied(content: &[u8]) -> Self {
        let mut owned = OwnedBytes::zeroed(content.len());
        owned.as_mut_slice().copy_from_slice(content);
        Self::Owned(owned)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Mapped(file) => file.bytes(),
            Self::Owned(owned) => owned.as_slice(),
        }
    }
}

impl OwnedBytes {
    /// `len` zero bytes.
    pub(crate) fn zeroed(len: usize) -> Self {
        Self { blocks: vec![Block([0; ALIGNMENT]); len.div_ceil(ALIGNMENT)], len }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.blocks)[..self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.blocks)[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_are_read_and_large_ones_are_mapped() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        for (len, is_read) in
            [(0, true), (1, true), (LONGEST_READ, true), (LONGEST_READ + 1, false)]
        {
            let content: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            std::fs::write(&path, &content)?;
            let bytes = Bytes::open(&path)?;
            assert_eq!(bytes.as_slice(), content);
            assert_eq!(matches!(bytes, Bytes::Owned(_)), is_read, "{len} bytes");
        }
        assert!(matches!(Bytes::open(&folder.path().join("none")), Err(Error::Io { .. })));
        Ok(())
    }
}
