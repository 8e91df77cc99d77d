//! Tokens that wait to be encoded: unit rows in half precision, in memory or in a file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use half::f16;
use half::slice::HalfFloatSliceExt;
use jacolbert_core::{norm, normalise};

use super::new_file::NewFile;
use crate::{EmbeddingsRef, Error};

/// Rows of this length or longer do not fit the `f16` in which a codec keeps lengths.
const LONGEST: f32 = 60_000.0;

/// Rows of length 1, `f16`, each followed by its former length, `f32`.
///
/// The rounding to half precision is less than 0.1 % of that of residuals of eight bits.
#[derive(Debug)]
pub(crate) struct Spool {
    dim: usize,
    num_rows: usize,
    store: Store,
}

#[derive(Debug)]
enum Store {
    Memory(Vec<u8>),
    File { writer: NewFile, reader: File },
}

/// Some rows read from a spool.
#[derive(Debug, Default)]
pub(crate) struct SpooledRows {
    /// `[n, dim]`, rows of length 1 or zero.
    pub(crate) units: Vec<f32>,
    /// The length that each row had.
    pub(crate) norms: Vec<f32>,
    bytes: Vec<u8>,
}

impl Spool {
    pub(crate) fn in_memory(dim: usize) -> Self {
        Self { dim, num_rows: 0, store: Store::Memory(Vec::new()) }
    }

    /// A spool in `file`, which is empty; its creator removes it.
    pub(crate) fn in_file(dim: usize, file: NewFile) -> Result<Self, Error> {
        let reader = File::open(file.path()).map_err(|source| Error::io(file.path(), source))?;
        Ok(Self { dim, num_rows: 0, store: Store::File { writer: file, reader } })
    }

    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    pub(crate) fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Appends all rows, or none if one is too long.
    pub(crate) fn push(&mut self, rows: EmbeddingsRef<'_>) -> Result<(), Error> {
        check_norms(rows)?;
        let mut halves = vec![f16::ZERO; self.dim];
        let mut unit = vec![0.0; self.dim];
        for row in rows.rows() {
            unit.copy_from_slice(row);
            let norm = normalise(&mut unit);
            halves.convert_from_f32_slice(&unit);
            self.store.append(bytemuck::cast_slice(&halves))?;
            self.store.append(&norm.to_le_bytes())?;
        }
        self.num_rows += rows.num_tokens();
        Ok(())
    }

    /// Ends writing; rows are read afterwards.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        match &mut self.store {
            Store::Memory(_) => Ok(()),
            Store::File { writer, .. } => writer.flush(),
        }
    }

    /// Reads the rows `range`, which must be there, into `rows`.
    pub(crate) fn read(&self, range: Range<usize>, rows: &mut SpooledRows) -> Result<(), Error> {
        let start = range.start * self.row_bytes();
        let end = range.end * self.row_bytes();
        match &self.store {
            Store::Memory(bytes) => rows.take(&bytes[start..end], self.dim),
            Store::File { writer, reader } => {
                let mut bytes = std::mem::take(&mut rows.bytes);
                bytes.resize(end - start, 0);
                let mut reader = reader;
                let read = reader.seek(SeekFrom::Start(start as u64));
                let read = read.and_then(|_| reader.read_exact(&mut bytes));
                read.map_err(|source| Error::io(writer.path(), source))?;
                rows.take(&bytes, self.dim);
                rows.bytes = bytes;
            }
        }
        Ok(())
    }

    /// Calls `each` with all rows in order, `n` at a time.
    pub(crate) fn for_each_block(
        &self,
        n: usize,
        mut each: impl FnMut(Range<usize>, &SpooledRows) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rows = SpooledRows::default();
        for start in (0..self.num_rows).step_by(n) {
            let range = start..self.num_rows.min(start + n);
            self.read(range.clone(), &mut rows)?;
            each(range, &rows)?;
        }
        Ok(())
    }

    /// The rows that `wanted` names, ascending, as a spool in memory.
    pub(crate) fn sample(&self, wanted: &[usize]) -> Result<Self, Error> {
        let room = Vec::with_capacity(wanted.len() * self.row_bytes());
        let mut sample = Self { dim: self.dim, num_rows: 0, store: Store::Memory(room) };
        let mut wanted = wanted.iter().copied().peekable();
        self.for_each_block(ROWS_PER_BLOCK, |range, rows| {
            while let Some(row) = wanted.next_if(|row| range.contains(row)) {
                let unit = &rows.units[(row - range.start) * self.dim..][..self.dim];
                sample.push(EmbeddingsRef::new(unit, self.dim)?)?;
            }
            Ok(())
        })?;
        Ok(sample)
    }

    fn row_bytes(&self) -> usize {
        2 * self.dim + 4
    }
}

/// Rows that are usually read at a time.
pub(crate) const ROWS_PER_BLOCK: usize = 16_384;

impl SpooledRows {
    fn take(&mut self, bytes: &[u8], dim: usize) {
        self.units.clear();
        self.norms.clear();
        let mut halves = vec![f16::ZERO; dim];
        for record in bytes.chunks_exact(2 * dim + 4) {
            let (unit, norm) = record.split_at(2 * dim);
            bytemuck::cast_slice_mut::<f16, u8>(&mut halves).copy_from_slice(unit);
            let start = self.units.len();
            self.units.resize(start + dim, 0.0);
            halves.convert_to_f32_slice(&mut self.units[start..]);
            self.norms.push(norm.first_chunk().map_or(0.0, |&norm| f32::from_le_bytes(norm)));
        }
    }
}

impl Store {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::Memory(all) => all.extend_from_slice(bytes),
            Self::File { writer, .. } => writer.append(bytes)?,
        }
        Ok(())
    }
}

/// An error if a row is too long to be stored.
pub(crate) fn check_norms(rows: EmbeddingsRef<'_>) -> Result<(), Error> {
    let norms = rows.rows().map(norm).enumerate();
    match norms.into_iter().find(|(_, norm)| *norm >= LONGEST) {
        Some((token, norm)) => Err(Error::Norm { token, norm }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<f32> {
        (0..70_000).map(|n| ((n * 37 % 101) as f32 - 50.0) / 7.0).collect()
    }

    #[test]
    fn rows_come_back_from_memory_and_from_a_file() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let mut draft = super::super::Draft::claim(folder.path())?;
        let file = draft.create("spool")?;
        for mut spool in [Spool::in_memory(7), Spool::in_file(7, file)?] {
            let values = rows();
            spool.push(EmbeddingsRef::new(&values[..35_000], 7)?)?;
            spool.push(EmbeddingsRef::new(&values[35_000..], 7)?)?;
            spool.finish()?;
            let mut read = 0;
            spool.for_each_block(999, |range, rows| {
                for (row, at) in rows.units.chunks(7).zip(range) {
                    let norm = rows.norms[read % 999];
                    for (unit, value) in row.iter().zip(&values[at * 7..]) {
                        assert!((unit * norm - value).abs() < 1e-3 * norm);
                    }
                    read += 1;
                }
                Ok(())
            })?;
            assert_eq!((read, spool.num_rows()), (10_000, 10_000));
            assert_eq!(spool.sample(&[3, 7, 9_999])?.num_rows(), 3);
        }
        Ok(())
    }

    #[test]
    fn a_row_too_long_keeps_all_out() -> Result<(), Error> {
        let mut spool = Spool::in_memory(2);
        let rows = [1.0, 0.0, 6e4, 6e4];
        let error = spool.push(EmbeddingsRef::new(&rows, 2)?);
        assert!(matches!(error, Err(Error::Norm { token: 1, .. })));
        assert_eq!(spool.num_rows(), 0);
        Ok(())
    }
}
