//! A file of NumPy, as fast-plaid writes its tensors.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use half::f16;

use super::fault::PlaidFault;
use super::torch_file::numbers;
use crate::Error;

/// Bytes of the longest header that is read; NumPy's own are shorter than 200.
const MAX_HEADER: usize = 4_096;

/// An open array, `[rows, ..]`, whose values follow the header row by row.
pub(super) struct NpyFile {
    path: PathBuf,
    file: BufReader<File>,
    /// Bytes before the values.
    start: u64,
    /// Type of the elements, `<f4` for one.
    descr: String,
    shape: Vec<usize>,
}

impl NpyFile {
    /// Opens a file and reads its header; that it has the values is seen when they are read.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let mut file = BufReader::new(file);
        let mut fixed = [0; 10];
        let whole = file.read_exact(&mut fixed).is_ok();
        let [magic @ .., major, _, low, high] = fixed;
        let len = usize::from(u16::from_le_bytes([low, high]));
        if !whole || magic != *b"\x93NUMPY" || major != 1 || len > MAX_HEADER {
            return Err(Error::plaid(path, PlaidFault::NpyHeader));
        }
        let mut header = vec![0; len];
        file.read_exact(&mut header).map_err(|_| Error::plaid(path, PlaidFault::NpyHeader))?;
        let (descr, shape) =
            parsed(&header).ok_or_else(|| Error::plaid(path, PlaidFault::NpyHeader))?;
        Ok(Self { path: path.into(), file, start: 10 + len as u64, descr, shape })
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All values, of f16 or f32.
    pub(super) fn f32s(mut self, shape: &[usize]) -> Result<Vec<f32>, Error> {
        if self.shape != shape {
            let expected = shape.to_vec();
            let found = self.shape;
            return Err(Error::plaid(&self.path, PlaidFault::Shape { expected, found }));
        }
        let rows = 0..shape.first().copied().unwrap_or(1);
        let values: Vec<f32> = match self.descr.as_str() {
            "<f2" => numbers(&self.bytes(rows, 2)?, |n| f16::from_le_bytes(n).to_f32()),
            "<f4" => numbers(&self.bytes(rows, 4)?, f32::from_le_bytes),
            _ => return Err(self.dtype("<f2 or <f4")),
        };
        match values.iter().position(|value| value.is_nan() || value.abs() > 1e15) {
            Some(at) => Err(Error::plaid(&self.path, PlaidFault::NotFinite { at })),
            None => Ok(values),
        }
    }

    /// Values `rows` of an array `[rows]` of i64.
    pub(super) fn integers(mut self, rows: Range<usize>) -> Result<Vec<i64>, Error> {
        self.check_rows(&rows, &[])?;
        match self.descr.as_str() {
            "<i8" => Ok(numbers(&self.bytes(rows, 8)?, i64::from_le_bytes)),
            _ => Err(self.dtype("<i8")),
        }
    }

    /// Rows `rows` of an array `[rows, width]` of u8.
    pub(super) fn u8s(mut self, rows: Range<usize>, width: usize) -> Result<Vec<u8>, Error> {
        self.check_rows(&rows, &[width])?;
        match self.descr.as_str() {
            "|u1" | "<u1" => self.bytes(rows, 1),
            _ => Err(self.dtype("|u1 or <u1")),
        }
    }

    /// That the array has `rows`, each of shape `row`; a merged file has more.
    fn check_rows(&self, rows: &Range<usize>, row: &[usize]) -> Result<(), Error> {
        if self.shape.first().is_some_and(|&n| n >= rows.end) && self.shape[1..] == *row {
            return Ok(());
        }
        let expected = [&[rows.end], row].concat();
        let found = self.shape.clone();
        Err(Error::plaid(&self.path, PlaidFault::Shape { expected, found }))
    }

    /// The bytes of `rows`, whose elements have `size` each.
    fn bytes(&mut self, rows: Range<usize>, size: usize) -> Result<Vec<u8>, Error> {
        let per_row = self
            .shape
            .iter()
            .skip(1)
            .try_fold(size as u64, |product, &axis| product.checked_mul(axis as u64));
        let scaled = |n: usize| per_row.and_then(|per_row| per_row.checked_mul(n as u64));
        let start = scaled(rows.start).and_then(|bytes| bytes.checked_add(self.start));
        let (Some(start), Some(expected)) = (start, scaled(rows.len())) else {
            return Err(Error::plaid(&self.path, PlaidFault::NpyHeader));
        };
        let io = |source| Error::io(&self.path, source);
        self.file.seek(SeekFrom::Start(start)).map_err(io)?;
        // Grows with what is there, whatever length is claimed.
        let mut bytes = Vec::new();
        self.file.by_ref().take(expected).read_to_end(&mut bytes).map_err(io)?;
        let found = bytes.len() as u64;
        if found < expected {
            return Err(Error::plaid(&self.path, PlaidFault::StorageLength { expected, found }));
        }
        Ok(bytes)
    }

    fn dtype(&self, expected: &'static str) -> Error {
        Error::plaid(&self.path, PlaidFault::Dtype { expected, found: self.descr.clone() })
    }
}

/// Type and shape in a header, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`.
fn parsed(header: &[u8]) -> Option<(String, Vec<usize>)> {
    let header = std::str::from_utf8(header).ok()?;
    let after = |key: &str| header.split_once(key).map(|(_, value)| value.trim_start());
    let descr = after("'descr':")?.strip_prefix('\'')?.split_once('\'')?.0;
    after("'fortran_order':")?.strip_prefix("False")?;
    let axes = after("'shape':")?.strip_prefix('(')?.split_once(')')?.0;
    let axes = axes.split(',').map(str::trim).filter(|axis| !axis.is_empty());
    let shape = axes.map(|axis| axis.parse().ok()).collect::<Option<Vec<usize>>>()?;
    Some((descr.to_string(), shape))
}
