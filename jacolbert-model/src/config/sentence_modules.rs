//! The parts of a sentence-transformers checkpoint, as `modules.json` lists them.

use std::path::{Path, PathBuf};

use super::file_names::MODULES;
use super::modules::{folder, kinds, read_modules};
use crate::Error;

/// The folders of a model with one vector per text.
pub(crate) struct SentenceModules {
    /// Settings and weights of the encoder, and the tokenizer.
    pub(crate) encoder: PathBuf,
    /// Settings of the pooling.
    pub(crate) pooling: PathBuf,
    /// Whether vectors are scaled to length 1.
    pub(crate) is_normalized: bool,
}

impl SentenceModules {
    /// Reads `modules.json` in the folder `dir`, if there is one: a Transformer, a Pooling, then optionally a Normalize.
    pub(crate) fn from_dir(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(MODULES);
        if !path.is_file() {
            return Ok(None);
        }
        let modules = read_modules(&path)?;
        let is_normalized = match kinds(&modules, &path)?.as_slice() {
            ["Transformer", "Pooling"] => false,
            ["Transformer", "Pooling", "Normalize"] => true,
            kinds => {
                return Err(Error::Setting {
                    found: kinds.join(", "),
                    path,
                    key: "type",
                    expected:
                        "Transformer, Pooling and optionally Normalize; a Dense is not covered"
                            .into(),
                });
            }
        };
        Ok(Some(Self {
            encoder: folder(dir, &modules[0], &path)?,
            pooling: folder(dir, &modules[1], &path)?,
            is_normalized,
        }))
    }
}
