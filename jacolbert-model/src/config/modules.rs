//! The modules of a sentence-transformers checkpoint, as `modules.json` lists them.

use std::path::{Component, Path, PathBuf};

use jacolbert_core::SettingsFile;
use serde_json::{Map, Value};

use crate::Error;

/// Reads the list of modules in the file at `path`.
pub(super) fn read_modules(path: &Path) -> Result<Vec<Map<String, Value>>, Error> {
    Ok(SettingsFile::read_json(path)?)
}

/// The class name of each of `modules`, without its package.
pub(super) fn kinds<'a>(
    modules: &'a [Map<String, Value>],
    path: &Path,
) -> Result<Vec<&'a str>, Error> {
    modules.iter().map(|module| required_word(module, "type", path).map(kind)).collect()
}

fn required_word<'a>(
    module: &'a Map<String, Value>,
    key: &'static str,
    path: &Path,
) -> Result<&'a str, Error> {
    let word = module.get(key).and_then(Value::as_str);
    word.ok_or_else(|| Error::MissingKey { path: path.into(), key })
}

/// The last part of a class's path: `pylate.models.Dense.Dense` and `sentence_transformers.models.Dense` are both
/// `Dense`.
fn kind(class: &str) -> &str {
    class.rsplit_once('.').map_or(class, |(_, name)| name)
}

/// The folder of `module`, which must be `dir` or inside it.
pub(super) fn folder(
    dir: &Path,
    module: &Map<String, Value>,
    path: &Path,
) -> Result<PathBuf, Error> {
    let folder = required_word(module, "path", path)?;
    let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    if Path::new(folder).components().all(inside) {
        return Ok(dir.join(folder));
    }
    Err(Error::Setting {
        path: path.into(),
        key: "path",
        found: folder.into(),
        expected: "a folder inside the checkpoint".into(),
    })
}
