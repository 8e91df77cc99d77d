//! Bytes of a file: mapped from disk or owned, aligned either way.

use std::path::Path;

use jacolbert_core::MappedFile;

use crate::Error;

/// Alignment of owned bytes, and of each section within a file.
pub(crate) const ALIGNMENT: usize = 64;

/// The bytes of a file.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// Mapped from disk.
    Mapped(MappedFile),
    /// In memory, for an index that was built and not written.
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
    /// Maps the file at `path`; nothing is read.
    pub(crate) fn map(path: &Path) -> Result<Self, Error> {
        MappedFile::open(path).map(Self::Mapped).map_err(|source| Error::io(path, source))
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
