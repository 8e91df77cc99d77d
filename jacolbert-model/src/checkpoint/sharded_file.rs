//! Weights in several files, with an index that names the file of each tensor.

use std::collections::BTreeMap;
use std::path::Path;

use jacolbert_core::SettingsFile;

use super::single_file::SingleFile;
use crate::Error;

/// The key of the index with the file of every tensor.
const MAP: &str = "weight_map";

/// Files of weights in one folder.
pub(super) struct ShardedFile {
    files: BTreeMap<String, SingleFile>,
    /// The file of each tensor.
    places: BTreeMap<String, String>,
}

impl ShardedFile {
    /// Opens the files that the index at `path` lists, in the same folder.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let places = places(path)?;
        let mut files = BTreeMap::new();
        for name in places.values() {
            if !files.contains_key(name) {
                files.insert(name.clone(), SingleFile::open(&path.with_file_name(name))?);
            }
        }
        Ok(Self { files, places })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.places.keys().cloned().collect()
    }

    /// The file that has the tensor `name`.
    pub(super) fn file_of(&self, name: &str) -> Option<&SingleFile> {
        self.files.get(self.places.get(name)?)
    }
}

fn places(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let expected = "names of files beside it, by tensor";
    let places = SettingsFile::open(path)?.convert(MAP, expected, |map| {
        let place = |(tensor, file): (&String, &serde_json::Value)| {
            let file = file.as_str().filter(|file| is_plain(file))?;
            Some((tensor.clone(), file.to_owned()))
        };
        map.as_object()?.iter().map(place).collect()
    })?;
    places.ok_or_else(|| Error::MissingKey { path: path.into(), key: MAP })
}

/// Whether `name` is a file name of weights without a path that leaves the folder.
fn is_plain(name: &str) -> bool {
    let is_weights = name.ends_with(".safetensors") || name.ends_with(".bin");
    is_weights && !name.contains(['/', '\\', ':'])
}
