//! The files of a collection, found in its folder by their names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// All files in `folder` and the folders in it, in the order of their paths.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(Error::io(&folder))?;
        for entry in entries {
            let path = entry.map_err(Error::io(&folder))?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The only one of `files` whose name `is_it`.
pub(crate) fn only(
    folder: &Path,
    files: &[PathBuf],
    looked_for: &'static str,
    is_it: impl Fn(&str) -> bool,
) -> Result<PathBuf, Error> {
    let mut named = files.iter().filter(|path| is_it(name(path)));
    match (named.next(), named.next()) {
        (Some(file), None) => Ok(file.clone()),
        (None, _) => Err(Error::MissingFile { folder: folder.into(), looked_for }),
        (Some(a), Some(b)) => {
            let found = Box::new([a.clone(), b.clone()]);
            Err(Error::SeveralFiles { folder: folder.into(), looked_for, found })
        }
    }
}

/// Those of `files` whose name `is_it`, of which there must be one at least.
pub(crate) fn all(
    folder: &Path,
    files: &[PathBuf],
    looked_for: &'static str,
    is_it: impl Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, Error> {
    let mut named: Vec<_> = files.iter().filter(|path| is_it(name(path))).cloned().collect();
    // `docs-2` before `docs-10`: the order of the passages is that of the parts.
    named.sort_by(|a, b| (name(a).len(), a).cmp(&(name(b).len(), b)));
    if named.is_empty() {
        return Err(Error::MissingFile { folder: folder.into(), looked_for });
    }
    Ok(named)
}

/// Whether none of `files` has a name that `is_it`.
pub(crate) fn has_none(files: &[PathBuf], is_it: impl Fn(&str) -> bool) -> bool {
    !files.iter().any(|path| is_it(name(path)))
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether `name` is a file of JSON lines, plain or gzip, that begins so.
pub(crate) fn is_jsonl(name: &str, begin: &str) -> bool {
    name.starts_with(begin) && [".jsonl", ".jsonl.gz"].iter().any(|end| name.ends_with(end))
}
