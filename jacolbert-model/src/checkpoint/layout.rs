//! The layout of a checkpoint: which files of a folder hold the model.

use std::path::{Path, PathBuf};

use super::stored_names::PROJECTION;
use super::stored_tensors::StoredTensors;
use super::weights_file::{self, WeightsFile};
use crate::Error;
use crate::config::{DenseConfig, PylateModules, file_names};

/// The layout of a checkpoint.
pub(super) enum Layout {
    /// Written by colbert-ai: everything in one folder, all weights in one file.
    ColbertAi {
        /// The folder.
        dir: PathBuf,
    },
    /// Written by PyLate and sentence-transformers: a folder for each module.
    Pylate {
        /// The modules' folders.
        modules: PylateModules,
        /// Dimension of an embedding.
        dim: usize,
    },
}

/// The files that identify a checkpoint, in order of preference.
const LOOKED_FOR: [&str; 6] = [
    file_names::COLBERT,
    file_names::MODULES,
    weights_file::NAMES[0],
    weights_file::NAMES[1],
    weights_file::NAMES[2],
    weights_file::NAMES[3],
];

impl Layout {
    /// Detects the layout of the folder `dir` by its files.
    ///
    /// Some published folders have both `artifact.metadata` and `modules.json`; the former decides. Weights without
    /// either are those of colbert-ai, and the caller supplies the settings.
    pub(super) fn of(dir: &Path) -> Result<Self, Error> {
        check_folder(dir)?;
        match first_file(dir, &LOOKED_FOR)? {
            file_names::MODULES => {
                let modules = PylateModules::from_dir(dir)?;
                let dim = DenseConfig::from_dir(&modules.dense)?.out_features;
                Ok(Self::Pylate { modules, dim })
            }
            _ => Ok(Self::ColbertAi { dir: dir.into() }),
        }
    }

    /// The folder of the encoder's settings and of the tokenizer.
    pub(super) fn encoder(&self) -> &Path {
        match self {
            Self::ColbertAi { dir } => dir,
            Self::Pylate { modules, .. } => &modules.encoder,
        }
    }

    /// Dimension of an embedding, if the layout determines it instead of the settings.
    pub(super) fn dim(&self) -> Option<usize> {
        match self {
            Self::ColbertAi { .. } => None,
            Self::Pylate { dim, .. } => Some(*dim),
        }
    }

    /// The error that the folder `dir` has no settings of a late-interaction model, by what its weights are.
    pub(super) fn without_settings(&self, dir: &Path) -> Error {
        let dir = dir.to_path_buf();
        let Self::ColbertAi { dir: weights } = self else { return Error::NoMetadata { dir } };
        match open_weights(weights) {
            Ok(file) if file.names().iter().any(|name| name == PROJECTION) => {
                Error::NoMetadata { dir }
            }
            // What such a file holds is not known, but most that are published are plain encoders.
            Ok(_) | Err(Error::PytorchFeature { .. }) => Error::NoHead { dir },
            Err(error) => error,
        }
    }

    /// Opens the file or files of weights.
    pub(super) fn tensors(&self) -> Result<StoredTensors, Error> {
        match self {
            Self::ColbertAi { dir } => Ok(StoredTensors::in_one_file(open_weights(dir)?)),
            Self::Pylate { modules, .. } => {
                let encoder = open_weights(&modules.encoder)?;
                Ok(StoredTensors::in_two_files(encoder, open_weights(&modules.dense)?))
            }
        }
    }
}

/// Checks that the folder of a model exists.
///
/// # Errors
/// [`Error::NoFolder`], [`Error::Io`].
pub(crate) fn check_folder(dir: &Path) -> Result<(), Error> {
    if dir.try_exists().map_err(|source| Error::io(dir, source))? {
        return Ok(());
    }
    Err(Error::NoFolder { dir: dir.into() })
}

/// Opens the weights in the folder `dir`.
pub(super) fn open_weights(dir: &Path) -> Result<WeightsFile, Error> {
    let file = first_file(dir, &weights_file::NAMES)?;
    WeightsFile::open(&dir.join(file))
}

/// The first of the files `names` that `dir` has.
fn first_file(dir: &Path, names: &'static [&'static str]) -> Result<&'static str, Error> {
    for &name in names {
        let path = dir.join(name);
        if path.try_exists().map_err(|source| Error::io(&path, source))? {
            return Ok(name);
        }
    }
    Err(Error::Layout { dir: dir.into(), looked_for: names })
}
