//! A text file whose lines are found by number and are not held in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::RowFault;
use crate::Error;

/// Offset basis and prime of FNV-1a, 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// An open file and where its lines begin: 16 bytes of memory a line.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    reader: BufReader<File>,
    places: Vec<Place>,
    checksum: u64,
}

/// Where a line is.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Bytes before it.
    offset: u64,
    /// Its number in the file, from 1.
    line: usize,
}

/// Whether a line is one of those that are found by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Skip,
}

impl LineFile {
    /// Reads the file once and numbers the lines that `judge` keeps, from 0.
    pub(super) fn open(
        path: &Path,
        mut judge: impl FnMut(&str) -> Result<Verdict, RowFault>,
    ) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let reader = BufReader::new(file);
        let mut lines = Self { path: path.into(), reader, places: Vec::new(), checksum: FNV_BASIS };
        let mut place = Place { offset: 0, line: 1 };
        while let Some((text, bytes)) = lines.next(place.line)? {
            lines.checksum = fnv(lines.checksum, text.as_bytes());
            match judge(&text).map_err(|fault| lines.fault(place.line, fault))? {
                Verdict::Keep => lines.places.push(place),
                Verdict::Skip => {}
            }
            place = Place { offset: place.offset + bytes, line: place.line + 1 };
        }
        Ok(lines)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lines that were kept.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Of the contents of all lines, kept or not.
    pub(super) fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The number in the file, from 1, of the kept line `number`.
    pub(super) fn line(&self, number: usize) -> usize {
        self.places[number].line
    }

    /// The kept line `number`, read from the file.
    pub(super) fn read(&mut self, number: usize) -> Result<String, Error> {
        let Place { offset, line } = self.places[number];
        let sought = self.reader.seek(SeekFrom::Start(offset));
        sought.map_err(|source| Error::io(&self.path, source))?;
        match self.next(line)? {
            Some((text, _)) => Ok(text),
            None => Err(Error::io(&self.path, ErrorKind::UnexpectedEof.into())),
        }
    }

    /// What is wrong with line `line`.
    pub(super) fn fault(&self, line: usize, fault: RowFault) -> Error {
        Error::Row { path: self.path.clone(), line, fault }
    }

    /// The next line without its end, and the bytes that it takes up with it.
    fn next(&mut self, line: usize) -> Result<Option<(String, u64)>, Error> {
        let mut bytes = Vec::new();
        let read = self.reader.read_until(b'\n', &mut bytes);
        let read = read.map_err(|source| Error::io(&self.path, source))?;
        if read == 0 {
            return Ok(None);
        }
        let mut text = String::from_utf8(bytes).map_err(|_| self.fault(line, RowFault::NotUtf8))?;
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        Ok(Some((text, read as u64)))
    }
}

fn fnv(checksum: u64, bytes: &[u8]) -> u64 {
    let end_of_line = std::iter::once(&b'\n');
    bytes
        .iter()
        .chain(end_of_line)
        .fold(checksum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}
