//! The parts of a PyLate checkpoint, as `modules.json` lists them.

use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// The file's name in a checkpoint's folder.
pub(crate) const FILE: &str = "modules.json";

/// The folders of a PyLate checkpoint.
pub(crate) struct PylateModules {
    /// Settings and weights of the encoder, and the tokenizer.
    pub(crate) encoder: PathBuf,
    /// Settings and weights of the projection.
    pub(crate) dense: PathBuf,
}

impl PylateModules {
    /// Reads `modules.json` in the folder `dir`: a Transformer, then one Dense, and perhaps a
    /// Normalize, which says what a ColBERT does anyway.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let modules = modules(&path)?;
        match kinds(&modules, &path)?.as_slice() {
            ["Transformer", "Dense"] | ["Transformer", "Dense", "Normalize"] => Ok(Self {
                encoder: folder(dir, &modules[0], &path)?,
                dense: folder(dir, &modules[1], &path)?,
            }),
            kinds => Err(Error::Setting {
                path,
                key: "type",
                found: kinds.join(", "),
                expected: "one Transformer and one Dense",
            }),
        }
    }
}

/// The modules that the file at `path` lists.
pub(super) fn modules(path: &Path) -> Result<Vec<Map<String, Value>>, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Json { path: path.into(), source })
}

/// The kind of each of `modules`.
pub(super) fn kinds<'a>(
    modules: &'a [Map<String, Value>],
    path: &Path,
) -> Result<Vec<&'a str>, Error> {
    modules.iter().map(|module| word(module, "type", path).map(kind)).collect()
}

fn word<'a>(
    module: &'a Map<String, Value>,
    key: &'static str,
    path: &Path,
) -> Result<&'a str, Error> {
    let word = module.get(key).and_then(Value::as_str);
    word.ok_or_else(|| Error::MissingKey { path: path.into(), key })
}

/// `pylate.models.Dense.Dense` and `sentence_transformers.models.Dense` are of the same kind.
fn kind(class: &str) -> &str {
    class.rsplit_once('.').map_or(class, |(_, name)| name)
}

/// The folder of `module`, which is `dir` or inside of it.
pub(super) fn folder(
    dir: &Path,
    module: &Map<String, Value>,
    path: &Path,
) -> Result<PathBuf, Error> {
    let folder = word(module, "path", path)?;
    let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    if Path::new(folder).components().all(inside) {
        return Ok(dir.join(folder));
    }
    Err(Error::Setting {
        path: path.into(),
        key: "path",
        found: folder.into(),
        expected: "a folder inside the checkpoint",
    })
}
