//! The RAGatouille index that `make_fixtures.py` made, and copies of it that are altered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::de::DeserializeOwned;
use tempfile::TempDir;

pub(crate) const RAGATOUILLE: &str = "tests/import/ragatouille";

/// A folder of the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What a JSON file of the fixture holds.
pub(crate) fn json<T: DeserializeOwned>(file: &str) -> io::Result<T> {
    Ok(serde_json::from_slice(&fs::read(fixture(RAGATOUILLE).join(file))?)?)
}

/// A copy of the fixture.
pub(crate) struct Variant(TempDir);

impl Variant {
    pub(crate) fn new() -> io::Result<Self> {
        let copy = Self(tempfile::tempdir()?);
        copy.take(&fixture(RAGATOUILLE))?;
        Ok(copy)
    }

    /// Copies the files of `folder` to it.
    pub(crate) fn take(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            fs::copy(entry.path(), self.path().join(entry.file_name()))?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, content: &[u8]) -> io::Result<()> {
        fs::write(self.path().join(file), content)
    }

    pub(crate) fn files(&self) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
        let read = |entry: io::Result<fs::DirEntry>| {
            let path = entry?.path();
            Ok((path.clone(), fs::read(path)?))
        };
        fs::read_dir(self.path())?.map(read).collect()
    }
}
