//! A file of weights in either format: names and shapes at once, values when they are asked for.

use std::path::{Path, PathBuf};

use super::pytorch_file::PytorchFile;
use super::safetensors_file::SafetensorsFile;
use super::sharded_file::ShardedFile;
use crate::Error;

/// Name of a file in the safetensors format.
pub(super) const SAFETENSORS: &str = "model.safetensors";

/// Names of a file of weights, or of the index of several, in the order of preference.
pub(super) const NAMES: [&str; 4] = [
    SAFETENSORS,
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// The end of the name of an index.
const INDEX: &str = ".index.json";

/// An open file of weights, or several that are one by their index.
pub(super) struct WeightsFile {
    path: PathBuf,
    format: Format,
}

enum Format {
    Safetensors(SafetensorsFile),
    Pytorch(PytorchFile),
    Sharded(ShardedFile),
}

impl WeightsFile {
    /// Opens the file at `path`, whose name says its format.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if !path.to_string_lossy().ends_with(INDEX) {
            return Self::open_single(path);
        }
        Ok(Self { path: path.into(), format: Format::Sharded(ShardedFile::open(path)?) })
    }

    /// As [`open`](Self::open), a file that is no index.
    pub(super) fn open_single(path: &Path) -> Result<Self, Error> {
        let format = match path.extension().is_some_and(|extension| extension == "bin") {
            true => Format::Pytorch(PytorchFile::open(path)?),
            false => Format::Safetensors(SafetensorsFile::open(path)?),
        };
        Ok(Self { path: path.into(), format })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Names of all tensors.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.format {
            Format::Safetensors(file) => file.names(),
            Format::Pytorch(file) => file.names(),
            Format::Sharded(files) => files.names(),
        }
    }

    /// The values of tensor `name`, row by row, which must have this shape.
    pub(super) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        match &self.format {
            Format::Safetensors(file) => {
                self.check_shape(name, shape, file.shape(name))?;
                file.values(name)
            }
            Format::Pytorch(file) => {
                self.check_shape(name, shape, file.shape(name))?;
                file.values(name)
            }
            Format::Sharded(files) => {
                files.file_of(name).ok_or_else(|| self.missing(name))?.values(name, shape)
            }
        }
    }

    fn check_shape(
        &self,
        name: &str,
        expected: &[usize],
        found: Option<&[usize]>,
    ) -> Result<(), Error> {
        let found = found.ok_or_else(|| self.missing(name))?;
        if found == expected {
            return Ok(());
        }
        Err(Error::TensorShape {
            path: self.path.clone(),
            tensor: name.into(),
            expected: expected.into(),
            found: found.into(),
        })
    }

    /// The error that the file lacks tensor `name`.
    pub(super) fn missing(&self, name: &str) -> Error {
        Error::MissingTensor { path: self.path.clone(), tensor: name.into() }
    }
}
