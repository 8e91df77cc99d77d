//! The parts of a PyLate checkpoint, as `modules.json` lists them.

use std::path::{Path, PathBuf};

use super::file_names::MODULES;
use super::modules::{folder, kinds, read_modules};
use crate::Error;

/// The folders of a PyLate checkpoint.
pub(crate) struct PylateModules {
    /// Settings and weights of the encoder, and the tokenizer.
    pub(crate) encoder: PathBuf,
    /// Settings and weights of the projection.
    pub(crate) dense: PathBuf,
}

impl PylateModules {
    /// Reads `modules.json` in the folder `dir`: a Transformer, then one Dense, then optionally a
    /// Normalize, which a ColBERT implies.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(MODULES);
        let modules = read_modules(&path)?;
        match kinds(&modules, &path)?.as_slice() {
            ["Transformer", "Dense"] | ["Transformer", "Dense", "Normalize"] => Ok(Self {
                encoder: folder(dir, &modules[0], &path)?,
                dense: folder(dir, &modules[1], &path)?,
            }),
            ["Transformer", "Pooling"] | ["Transformer", "Pooling", "Normalize"] => {
                Err(Error::OneVector { path })
            }
            kinds => Err(Error::Setting {
                path,
                key: "type",
                found: kinds.join(", "),
                expected: "one Transformer and one Dense".into(),
            }),
        }
    }
}
