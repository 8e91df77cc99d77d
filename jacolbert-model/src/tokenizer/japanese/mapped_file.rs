//! A file mapped read-only: the one door through which dictionary bytes come in.

use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::dictionary_fault::DictionaryFault;
use crate::Error;

/// The bytes of one dictionary file and the path they came from.
#[derive(Debug)]
pub(super) struct MappedFile {
    path: PathBuf,
    map: Mmap,
}

impl MappedFile {
    /// Maps the file at `path`; nothing is read yet.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        match map(&path) {
            Ok(map) => Ok(Self { path, map }),
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    /// The whole file.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// The `N` bytes at `start`, or the error that names `field` as cut off.
    pub(super) fn field<const N: usize>(
        &self,
        field: &'static str,
        start: usize,
    ) -> Result<[u8; N], Error> {
        let tail = self.map.get(start..).and_then(|tail| tail.first_chunk::<N>());
        tail.copied().ok_or_else(|| {
            let (end, len) = ((start + N) as u64, self.map.len() as u64);
            self.fault(DictionaryFault::Truncated { field, end, len })
        })
    }

    /// The little-endian `u32` at `start`.
    pub(super) fn u32_field(&self, field: &'static str, start: usize) -> Result<u32, Error> {
        self.field(field, start).map(u32::from_le_bytes)
    }

    /// `Ok` if `found == expected`, else the error that names `field`.
    pub(super) fn check_size(
        &self,
        field: &'static str,
        found: u64,
        expected: u64,
    ) -> Result<(), Error> {
        if found == expected {
            return Ok(());
        }
        Err(self.fault(DictionaryFault::Size { field, found, expected }))
    }

    /// The error for a number in this file that points outside of `0..limit`.
    pub(super) fn payload(&self, field: &'static str, found: u64, limit: u64) -> Error {
        self.fault(DictionaryFault::Payload { field, found, limit })
    }

    /// The error that this file has `fault`.
    pub(super) fn fault(&self, fault: DictionaryFault) -> Error {
        Error::Dictionary { path: self.path.clone(), fault }
    }
}

#[allow(unsafe_code)]
fn map(path: &Path) -> std::io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the map is read-only and private to `MappedFile`, which lends it only as `&[u8]`;
    // every value is decoded from those bytes by checked slicing, and any byte is a valid `u8`, so
    // a file changed by somebody else gives other words but no invalid value. `Dictionary::open`
    // tells callers not to shorten the files while they are in use.
    unsafe { Mmap::map(&file) }
}
