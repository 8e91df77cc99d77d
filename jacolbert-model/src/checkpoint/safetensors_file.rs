//! Weights in the safetensors format.

use std::path::{Path, PathBuf};

use half::{bf16, f16};
use jacolbert_core::WrongFile;
use safetensors::tensor::Metadata;
use safetensors::{Dtype, SafeTensors};

use super::values::numbers;
use crate::Error;

/// Bytes before the header: its length.
const LENGTH: usize = size_of::<u64>();

/// A whole file, in memory.
pub(super) struct SafetensorsFile {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Offset of the values in `bytes`.
    start: usize,
    metadata: Metadata,
}

impl SafetensorsFile {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let unfit = |source| match WrongFile::recognise(&bytes) {
            Some(what) => Error::wrong_file(path, what),
            None => Error::safetensors(path, source),
        };
        let (length, metadata) = SafeTensors::read_metadata(&bytes).map_err(unfit)?;
        Ok(Self { path: path.into(), bytes, start: LENGTH + length, metadata })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// The metadata of the file under `key`.
    pub(super) fn metadata(&self, key: &str) -> Option<&String> {
        self.metadata.metadata().as_ref()?.get(key)
    }

    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.metadata.info(name).map(|info| info.shape.as_slice())
    }

    pub(super) fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let info = self
            .metadata
            .info(name)
            .ok_or_else(|| Error::MissingTensor { path: self.path.clone(), tensor: name.into() })?;
        // `read_metadata` has checked that all tensors are inside the file.
        let (from, to) = info.data_offsets;
        let bytes = &self.bytes[self.start + from..self.start + to];
        match info.dtype {
            Dtype::F32 => Ok(numbers(bytes, f32::from_le_bytes)),
            Dtype::F16 => Ok(numbers(bytes, |n| f16::from_le_bytes(n).to_f32())),
            Dtype::BF16 => Ok(numbers(bytes, |n| bf16::from_le_bytes(n).to_f32())),
            dtype => Err(Error::TensorDtype {
                path: self.path.clone(),
                tensor: name.into(),
                found: format!("{dtype:?}"),
            }),
        }
    }
}
