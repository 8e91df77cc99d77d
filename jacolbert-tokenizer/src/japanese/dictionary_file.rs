//! A file of a dictionary, mapped read-only, with checked access to its fields.

use std::path::PathBuf;

use jacolbert_core::{MappedFile, WrongFile};

use super::dictionary_fault::DictionaryFault;
use crate::Error;

/// A mapped file of a dictionary, and its path.
#[derive(Debug)]
pub(super) struct DictionaryFile {
    path: PathBuf,
    map: MappedFile,
}

impl DictionaryFile {
    /// Maps the file at `path`, which must not be a pointer to the file or a page about it.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let map = match MappedFile::open(&path) {
            Ok(map) => map,
            Err(source) => return Err(Error::Io { path, source }),
        };
        match WrongFile::recognise(map.bytes()) {
            Some(what @ (WrongFile::LfsPointer | WrongFile::HtmlPage)) => {
                Err(Error::WrongFile { path, what })
            }
            _ => Ok(Self { path, map }),
        }
    }

    /// The whole file.
    pub(super) fn bytes(&self) -> &[u8] {
        self.map.bytes()
    }

    /// The `N` bytes at `start`, or the error that the file ends within `field`.
    pub(super) fn field<const N: usize>(
        &self,
        field: &'static str,
        start: usize,
    ) -> Result<[u8; N], Error> {
        let tail = self.bytes().get(start..).and_then(|tail| tail.first_chunk::<N>());
        tail.copied().ok_or_else(|| {
            let len = self.bytes().len() as u64;
            self.fault(DictionaryFault::Truncated { field, end: (start + N) as u64, len })
        })
    }

    /// The little-endian `u32` at `start`.
    pub(super) fn u32_field(&self, field: &'static str, start: usize) -> Result<u32, Error> {
        self.field(field, start).map(u32::from_le_bytes)
    }

    /// Checks that `found` equals `expected`; the error names `field`.
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

    /// The error that a number in this file is outside of `0..limit`.
    pub(super) fn payload(&self, field: &'static str, found: u64, limit: u64) -> Error {
        self.fault(DictionaryFault::Payload { field, found, limit })
    }

    /// The error that this file has `fault`.
    pub(super) fn fault(&self, fault: DictionaryFault) -> Error {
        Error::Dictionary { path: self.path.clone(), fault }
    }
}
