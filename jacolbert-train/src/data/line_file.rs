//! A text file whose lines are read by number.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jacolbert_core::{TextError, TextLine, TextLines};

use super::row_fault::RowFault;
use crate::Error;

/// Offset basis and prime of FNV-1a, 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// A text file and the positions of its lines: 16 bytes of memory per line. The lines stay on disk, except
/// those of a file in which they cannot be sought, such as a gzip file.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    reader: BufReader<File>,
    /// The kept lines if they cannot be sought, each with a line feed.
    memory: String,
    positions: Vec<Position>,
    checksum: u64,
}

/// The position of a line.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// Bytes before it, in the file or in memory.
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
        let mut lines = TextLines::open(path)?;
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let mut kept = Self {
            path: path.into(),
            reader: BufReader::new(file),
            memory: String::new(),
            positions: Vec::new(),
            checksum: FNV_BASIS,
        };
        while let Some(line) = lines.next_line()? {
            kept.checksum = fnv(kept.checksum, line.text.as_bytes());
            match judge(line.text).map_err(|fault| kept.fault(line.number, fault))? {
                Verdict::Keep => kept.keep(&line),
                Verdict::Skip => {}
            }
        }
        Ok(kept)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of kept lines.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Checksum of the contents of all lines that are not blank, kept or not.
    pub(super) fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The number in the file, from 1, of the kept line `number`.
    pub(super) fn line(&self, number: usize) -> usize {
        self.positions[number].line
    }

    /// Reads the kept line `number`.
    pub(super) fn read(&mut self, number: usize) -> Result<String, Error> {
        let Position { offset, line } = self.positions[number];
        if !self.memory.is_empty() {
            let rest = &self.memory[offset as usize..];
            return Ok(rest.split('\n').next().unwrap_or_default().into());
        }
        let mut bytes = Vec::new();
        let sought = self.reader.seek(SeekFrom::Start(offset));
        let read = sought.and_then(|_| self.reader.read_until(b'\n', &mut bytes));
        if read.map_err(|source| Error::io(&self.path, source))? == 0 {
            return Err(Error::io(&self.path, ErrorKind::UnexpectedEof.into()));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            let path = self.path.clone();
            TextError::NotUtf8 { path, line, encoding: None }
        })?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).into())
    }

    /// The error of a fault on line `line`.
    pub(super) fn fault(&self, line: usize, fault: RowFault) -> Error {
        Error::Row { path: self.path.clone(), line, fault }
    }

    fn keep(&mut self, line: &TextLine<'_>) {
        let offset = line.offset.unwrap_or_else(|| {
            let offset = self.memory.len() as u64;
            self.memory.push_str(line.text);
            self.memory.push('\n');
            offset
        });
        self.positions.push(Position { offset, line: line.number });
    }
}

fn fnv(checksum: u64, bytes: &[u8]) -> u64 {
    let end_of_line = std::iter::once(&b'\n');
    bytes
        .iter()
        .chain(end_of_line)
        .fold(checksum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}
