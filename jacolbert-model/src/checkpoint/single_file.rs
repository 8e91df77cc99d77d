//! A file of weights in either format. Names and shapes are read at once, values on demand.

use std::path::{Path, PathBuf};

#[cfg(feature = "pytorch")]
use super::pytorch_file::PytorchFile;
use super::safetensors_file::SafetensorsFile;
use crate::Error;

/// An open file of weights.
pub(super) struct SingleFile {
    path: PathBuf,
    format: Format,
}

enum Format {
    Safetensors(SafetensorsFile),
    #[cfg(feature = "pytorch")]
    Pytorch(PytorchFile),
}

impl SingleFile {
    /// Opens the file at `path`. Its name determines the format.
    ///
    /// # Errors
    /// [`Error::Safetensors`], those of a pickle, and [`Error::PytorchFeature`] if the feature is off.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let is_pickle = path.extension().is_some_and(|extension| extension == "bin");
        let format = if is_pickle {
            Format::of_pickle(path)?
        } else {
            Format::Safetensors(SafetensorsFile::open(path)?)
        };
        Ok(Self { path: path.into(), format })
    }

    /// Names of all tensors.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.format {
            Format::Safetensors(file) => file.names(),
            #[cfg(feature = "pytorch")]
            Format::Pytorch(file) => file.names(),
        }
    }

    /// The values of the tensor `name`, row by row. It must have the shape `shape`.
    pub(super) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let missing = || Error::MissingTensor { path: self.path.clone(), tensor: name.into() };
        let found = self.shape(name).ok_or_else(missing)?;
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
            #[cfg(feature = "pytorch")]
            Format::Pytorch(file) => file.values(name),
        }
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        match &self.format {
            Format::Safetensors(file) => file.shape(name),
            #[cfg(feature = "pytorch")]
            Format::Pytorch(file) => file.shape(name),
        }
    }
}

impl Format {
    #[cfg(feature = "pytorch")]
    fn of_pickle(path: &Path) -> Result<Self, Error> {
        Ok(Self::Pytorch(PytorchFile::open(path)?))
    }

    #[cfg(not(feature = "pytorch"))]
    fn of_pickle(path: &Path) -> Result<Self, Error> {
        Err(Error::PytorchFeature { path: path.into() })
    }
}
