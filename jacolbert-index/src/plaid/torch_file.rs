//! A file of `torch.save` that holds a tensor or a tuple of tensors.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use half::f16;
use zip::{CompressionMethod, ZipArchive};

use super::fault::PlaidFault;
use super::pickle::{StoredTensor, stored_tensors};
use crate::Error;

/// Bytes of the longest pickle that is read; one or two tensors need some hundreds.
const MAX_PICKLE: u64 = 1 << 16;

/// An open archive and the tensors in it.
pub(super) struct TorchFile {
    path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
    /// Folder within the archive.
    root: String,
    tensors: Vec<StoredTensor>,
}

impl TorchFile {
    /// Opens a file of `num_tensors` tensors; no value is read.
    pub(super) fn open(path: &Path, num_tensors: usize) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let archive = ZipArchive::new(BufReader::new(file));
        let mut archive = archive.map_err(|e| Error::plaid(path, not_an_archive(e)))?;
        let root = root(&archive).map_err(|e| Error::plaid(path, e))?;
        let pickle = entry(&mut archive, &format!("{root}data.pkl"), MAX_PICKLE)
            .map_err(|e| Error::plaid(path, e))?;
        let tensors = stored_tensors(&pickle).map_err(|e| Error::plaid(path, e))?;
        if tensors.len() != num_tensors {
            let found = tensors.len();
            return Err(Error::plaid(
                path,
                PlaidFault::NumTensors { expected: num_tensors, found },
            ));
        }
        Ok(Self { path: path.into(), archive, root, tensors })
    }

    /// The values of tensor `n`, which must have `shape`, of f16 or f32.
    pub(super) fn f32s(&mut self, n: usize, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let expected = "HalfStorage or FloatStorage";
        let values: Vec<f32> = match self.class(n) {
            "HalfStorage" => {
                let bytes = self.bytes(n, shape, 2)?;
                numbers(&bytes, |n| f16::from_le_bytes(n).to_f32())
            }
            "FloatStorage" => numbers(&self.bytes(n, shape, 4)?, f32::from_le_bytes),
            _ => return Err(self.dtype(n, expected)),
        };
        match values.iter().position(|value| value.is_nan() || value.abs() > 1e15) {
            Some(at) => Err(Error::plaid(&self.path, PlaidFault::NotFinite { at })),
            None => Ok(values),
        }
    }

    /// The values of tensor `n`, which must have `shape`, of i32 or i64.
    pub(super) fn integers(&mut self, n: usize, shape: &[usize]) -> Result<Vec<i64>, Error> {
        match self.class(n) {
            "IntStorage" => {
                let bytes = self.bytes(n, shape, 4)?;
                Ok(numbers(&bytes, |n| i32::from_le_bytes(n).into()))
            }
            "LongStorage" => Ok(numbers(&self.bytes(n, shape, 8)?, i64::from_le_bytes)),
            _ => Err(self.dtype(n, "IntStorage or LongStorage")),
        }
    }

    /// The values of tensor `n`, which must have `shape`, of u8.
    pub(super) fn u8s(&mut self, n: usize, shape: &[usize]) -> Result<Vec<u8>, Error> {
        match self.class(n) {
            "ByteStorage" => self.bytes(n, shape, 1),
            _ => Err(self.dtype(n, "ByteStorage")),
        }
    }

    fn class(&self, n: usize) -> &str {
        &self.tensors[n].class
    }

    fn dtype(&self, n: usize, expected: &'static str) -> Error {
        Error::plaid(&self.path, PlaidFault::Dtype { expected, found: self.class(n).into() })
    }

    /// Bytes of a tensor whose elements have `size` of them.
    fn bytes(&mut self, n: usize, shape: &[usize], size: usize) -> Result<Vec<u8>, Error> {
        let tensor = &self.tensors[n];
        if tensor.shape != shape {
            let expected = shape.to_vec();
            let found = tensor.shape.clone();
            return Err(Error::plaid(&self.path, PlaidFault::Shape { expected, found }));
        }
        let name = format!("{}data/{}", self.root, tensor.storage);
        let bytes = elements(tensor).and_then(|elements| {
            let mut bytes = storage(&mut self.archive, &name, tensor.storage_len, size)?;
            // Within the storage, whose length in bytes was computed without overflow.
            bytes.truncate(elements.end * size);
            bytes.drain(..elements.start * size);
            Ok(bytes)
        });
        bytes.map_err(|e| Error::plaid(&self.path, e))
    }
}

pub(super) fn numbers<T, const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
}

fn not_an_archive(cause: impl std::fmt::Display) -> PlaidFault {
    PlaidFault::Archive { what: cause.to_string() }
}

/// The folder with the pickle, which bears the name that the file had when it was written.
fn root(archive: &ZipArchive<BufReader<File>>) -> Result<String, PlaidFault> {
    for name in archive.file_names() {
        let name = name.map_err(not_an_archive)?;
        if let Some(root) = name.strip_suffix("data.pkl").filter(|root| root.ends_with('/')) {
            return Ok(root.to_string());
        }
    }
    Err(not_an_archive("no data.pkl"))
}

/// Where the elements of `tensor` lie in its storage.
fn elements(tensor: &StoredTensor) -> Result<std::ops::Range<usize>, PlaidFault> {
    let mut len: usize = 1;
    let axes = tensor.shape.iter().zip(&tensor.strides).rev();
    let row_by_row = axes.into_iter().all(|(&size, &stride)| {
        let dense = size <= 1 || stride == len;
        len = len.saturating_mul(size);
        dense
    });
    let end = tensor.offset.checked_add(len).filter(|&end| end <= tensor.storage_len);
    match end {
        Some(end) if row_by_row && tensor.shape.len() == tensor.strides.len() => {
            Ok(tensor.offset..end)
        }
        _ => Err(PlaidFault::Layout),
    }
}

/// A whole storage of `len` elements.
fn storage(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
    len: usize,
    size: usize,
) -> Result<Vec<u8>, PlaidFault> {
    let expected = len.checked_mul(size).ok_or(PlaidFault::Layout)? as u64;
    let bytes = entry(archive, name, expected)?;
    let found = bytes.len() as u64;
    (found == expected).then_some(bytes).ok_or(PlaidFault::StorageLength { expected, found })
}

/// An entry that is stored as it is and has at most `most` bytes; its checksum is checked.
fn entry(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
    most: u64,
) -> Result<Vec<u8>, PlaidFault> {
    let mut entry = archive.by_name(name).map_err(|e| not_an_archive(format!("{name}: {e}")))?;
    if entry.compression() != CompressionMethod::Stored {
        return Err(not_an_archive(format!("{name} is compressed")));
    }
    let found = entry.size();
    if found > most {
        return Err(PlaidFault::StorageLength { expected: most, found });
    }
    // Grows with what is there, whatever length is claimed.
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|e| not_an_archive(format!("{name}: {e}")))?;
    Ok(bytes)
}
