//! A text file whose lines are read by number and stay on disk.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::row_fault::RowFault;
use crate::Error;

/// Offset basis and prime of FNV-1a, 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// An open file and the positions of its lines: 16 bytes of memory per line.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    reader: BufReader<File>,
    positions: Vec<Position>,
    checksum: u64,
}

/// The position of a line.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// Bytes before it.
    offset: u64,
    /// Its number in the file, from 1.
    line: usize,
}

/// Whether to number a line.
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
        let mut lines =
            Self { path: path.into(), reader, positions: Vec::new(), checksum: FNV_BASIS };
        let mut position = Position { offset: 0, line: 1 };
        while let Some((text, bytes)) = lines.read_next(position.line)? {
            lines.checksum = fnv(lines.checksum, text.as_bytes());
            match judge(&text).map_err(|fault| lines.fault(position.line, fault))? {
                Verdict::Keep => lines.positions.push(position),
                Verdict::Skip => {}
            }
            position = Position { offset: position.offset + bytes, line: position.line + 1 };
        }
        Ok(lines)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of kept lines.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Checksum of the contents of all lines, kept or not.
    pub(super) fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The number in the file, from 1, of the kept line `number`.
    pub(super) fn line(&self, number: usize) -> usize {
        self.positions[number].line
    }

    /// Reads the kept line `number` from the file.
    pub(super) fn read(&mut self, number: usize) -> Result<String, Error> {
        let Position { offset, line } = self.positions[number];
        let sought = self.reader.seek(SeekFrom::Start(offset));
        sought.map_err(|source| Error::io(&self.path, source))?;
        match self.read_next(line)? {
            Some((text, _)) => Ok(text),
            None => Err(Error::io(&self.path, ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The error of a fault on line `line`.
    pub(super) fn fault(&self, line: usize, fault: RowFault) -> Error {
        Error::Row { path: self.path.clone(), line, fault }
    }

    /// Reads the next line: its text without the line end, and its bytes including the line end.
    fn read_next(&mut self, line: usize) -> Result<Option<(String, u64)>, Error> {
        let mut bytes = Vec::new();
        let read = self
            .reader
            .read_until(b'\n', &mut bytes)
            .map_err(|source| Error::io(&self.path, source))?;
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
