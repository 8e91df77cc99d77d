//! A file of weights in either format: names and shapes at once, values when they are asked for.

use std::path::{Path, PathBuf};

use super::pytorch_file::PytorchFile;
use super::safetensors_file::SafetensorsFile;
use crate::Error;

/// Name of a file in the safetensors format.
pub(super) const SAFETENSORS: &str = "model.safetensors";

/// Name of a file as `torch.save` writes it.
pub(super) const PYTORCH: &str = "pytorch_model.bin";

/// An open file of weights.
pub(super) struct WeightsFile {
    path: PathBuf,
    format: Format,
}

enum Format {
    Safetensors(SafetensorsFile),
    Pytorch(PytorchFile),
}

impl WeightsFile {
    /// Opens the file at `path`, whose name says its format.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let format = match path.ends_with(PYTORCH) {
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
        }
    }

    /// The values of tensor `name`, row by row, which must have this shape.
    pub(super) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let found = match &self.format {
            Format::Safetensors(file) => file.shape(name),
            Format::Pytorch(file) => file.shape(name),
        };
        let found = found.ok_or_else(|| self.missing(name))?;
        if found != shape {
            return Err(Error::TensorShape {
                path: self.path.clone(),
                tensor: name.into(),
                expected: shape.into(),
                found: found.into(),
            });
        }
        match &self.format {
            Format::Safetensors(file) => file.values(name),
            Format::Pytorch(file) => file.values(name),
        }
    }

    /// The error that the file lacks tensor `name`.
    pub(super) fn missing(&self, name: &str) -> Error {
        Error::MissingTensor { path: self.path.clone(), tensor: name.into() }
    }
}
