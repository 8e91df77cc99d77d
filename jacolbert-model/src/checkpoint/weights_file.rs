//! The weights in a folder: one file, or several files with an index.

use std::path::{Path, PathBuf};

use super::sharded_file::ShardedFile;
use super::single_file::SingleFile;
use crate::Error;

/// Name of a file in the safetensors format.
pub(crate) const SAFETENSORS: &str = "model.safetensors";

/// Names of a weight file, or of an index of several, in order of preference.
pub(super) const NAMES: [&str; 4] = [
    SAFETENSORS,
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// The end of the name of an index.
const INDEX: &str = ".index.json";

/// Open weights.
pub(super) struct WeightsFile {
    path: PathBuf,
    files: Files,
}

enum Files {
    Single(SingleFile),
    Sharded(ShardedFile),
}

impl WeightsFile {
    /// Opens the file or the index at `path`.
    ///
    /// # Errors
    /// Those of [`SingleFile::open`] and [`ShardedFile::open`].
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let files = if path.to_string_lossy().ends_with(INDEX) {
            Files::Sharded(ShardedFile::open(path)?)
        } else {
            Files::Single(SingleFile::open(path)?)
        };
        Ok(Self { path: path.into(), files })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Names of all tensors.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.files {
            Files::Single(file) => file.names(),
            Files::Sharded(files) => files.names(),
        }
    }

    /// The values of the tensor `name`, row by row. It must have the shape `shape`.
    pub(super) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        match &self.files {
            Files::Single(file) => file.values(name, shape),
            Files::Sharded(files) => {
                files.file_of(name).ok_or_else(|| self.missing(name))?.values(name, shape)
            }
        }
    }

    /// The error that there is no tensor `name`.
    pub(super) fn missing(&self, name: &str) -> Error {
        Error::MissingTensor { path: self.path.clone(), tensor: name.into() }
    }
}
