//! The manifest: the file that names all files of the index.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{BuildOptions, Error, FORMAT_VERSION, is_readable};

/// Name of the manifest in the folder of an index.
pub(crate) const MANIFEST: &str = "manifest.json";
const FORMAT: &str = "jacolbert index";

/// The state of an index, which a commit replaces at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: String,
    version: u32,
    /// Number of the commit, which is part of the names of its files.
    pub(crate) generation: u64,
    pub(crate) dim: usize,
    /// Number of passage ids given so far; every id is below it.
    pub(crate) num_ids: u32,
    /// Number of passages that are not deleted. Format 2 does not have it: there, every id that is not
    /// stored is marked as deleted.
    #[serde(default)]
    pub(crate) num_passages: Option<u32>,
    /// The options that the index was built with and grows by.
    #[serde(deserialize_with = "known_options")]
    pub(crate) build: BuildOptions,
    /// Absent as long as all segments are flat.
    pub(crate) codec: Option<FileEntry>,
    pub(crate) segments: Vec<FileEntry>,
    pub(crate) deleted: Option<FileEntry>,
    pub(crate) attachments: BTreeMap<String, FileEntry>,
}

/// Reads build options and ignores those that this version does not know.
fn known_options<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BuildOptions, D::Error> {
    let mut options = Map::<String, Value>::deserialize(deserializer)?;
    let known = serde_json::to_value(BuildOptions::default()).map_err(D::Error::custom)?;
    options.retain(|key, _| known.get(key).is_some());
    serde_json::from_value(options.into()).map_err(D::Error::custom)
}

/// A file of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    pub(crate) name: String,
    /// Length of the file in bytes.
    pub(crate) length: u64,
    /// CRC-32: of the header if the file has sections, else of the whole file.
    pub(crate) checksum: u32,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: String,
    version: u32,
}

impl Manifest {
    /// A manifest that names no file yet.
    pub(crate) fn new(generation: u64, dim: usize, build: BuildOptions) -> Self {
        Self {
            format: FORMAT.into(),
            version: FORMAT_VERSION,
            generation,
            dim,
            num_ids: 0,
            num_passages: None,
            build,
            codec: None,
            segments: Vec::new(),
            deleted: None,
            attachments: BTreeMap::new(),
        }
    }

    /// Puts the number of ids given so far and that of passages into a manifest of the present format.
    pub(crate) fn set_counts(&mut self, num_ids: usize, num_passages: usize) {
        self.version = FORMAT_VERSION;
        self.num_ids = num_ids as u32;
        self.num_passages = Some(num_passages as u32);
    }

    /// All files of the index but the manifest.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let parts = self.codec.iter().chain(&self.segments).chain(&self.deleted);
        parts.chain(self.attachments.values())
    }

    /// The text of the file: JSON, followed by a line with the CRC-32 of that JSON.
    pub(crate) fn to_text(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string_pretty(self)?;
        Ok(format!("{json}\ncrc32 {:08x}\n", crc32fast::hash(json.as_bytes())))
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `path` is for messages.
    pub(crate) fn from_text(path: &Path, text: &[u8]) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(path, what);
        let text = std::str::from_utf8(text).map_err(|_| corrupt("not UTF-8"))?;
        let (json, checksum) =
            text.trim_end_matches('\n').rsplit_once('\n').ok_or_else(|| corrupt("cut short"))?;
        if let Ok(found) = serde_json::from_str::<FormatOnly>(json)
            && found.format == FORMAT
            && !is_readable(found.version)
        {
            return Err(Error::version(path, found.version));
        }
        if checksum != format!("crc32 {:08x}", crc32fast::hash(json.as_bytes())) {
            return Err(corrupt("checksum"));
        }
        let manifest: Self = serde_json::from_str(json).map_err(|e| corrupt(&e.to_string()))?;
        let plain = |file: &FileEntry| {
            let mut parts = Path::new(&file.name).components();
            matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
        };
        if manifest.format != FORMAT || manifest.dim == 0 || !manifest.files().all(plain) {
            return Err(corrupt("not the manifest of an index"));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_options_of_a_later_version_are_ignored() -> Result<(), Box<dyn std::error::Error>> {
        let manifest = Manifest::new(1, 2, BuildOptions { seed: 7, ..Default::default() });
        let mut json = serde_json::to_value(&manifest)?;
        json["build"]["of_a_later_version"] = true.into();
        assert_eq!(serde_json::from_value::<Manifest>(json)?, manifest);
        Ok(())
    }
}
