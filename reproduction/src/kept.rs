//! What an experiment has finished, in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use jacolbert::eval::Run;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::collection::hexadecimal;

/// Digits of a digest in a file's name; the whole description beside the file decides.
const NAME_DIGITS: usize = 16;

/// A folder of finished runs and indexes, each under the description of what it was made from.
///
/// A description is JSON of all that the result depends on: the digest of the data, the fingerprint of the
/// model, settings. Something finished is only taken up under the very same description.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// The folder, which is made if need be.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        Ok(Self { folder: folder.into() })
    }

    /// The finished run of this description, or the one that `make` makes now, which is kept.
    ///
    /// # Errors
    /// Those of `make`, a file that cannot be read or written.
    pub fn run(
        &self,
        description: &Value,
        make: &mut dyn FnMut() -> Result<Run, Error>,
    ) -> Result<Run, Error> {
        let path = self.path("run", description, ".json.gz");
        if self.is_finished(&path, description)? {
            return Ok(Run::open_json(&path, "")?);
        }
        let run = make()?;
        // Written under another name first, so that what has the right one is whole.
        let part = self.path("part", description, ".json.gz");
        run.save_json(&part)?;
        fs::rename(&part, &path).map_err(Error::io(&path))?;
        self.finish(&path, description)?;
        Ok(run)
    }

    /// The folder for an index of this description, and whether the index in it is finished.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn index(&self, description: &Value) -> Result<(PathBuf, bool), Error> {
        let path = self.path("index", description, "");
        let is_finished = self.is_finished(&path, description)?;
        if !is_finished && path.exists() {
            fs::remove_dir_all(&path).map_err(Error::io(&path))?;
        }
        Ok((path, is_finished))
    }

    /// Says that the file or folder at `path` is finished.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(&self, path: &Path, description: &Value) -> Result<(), Error> {
        let note = note(path);
        let part = note.with_added_extension("part");
        fs::write(&part, format!("{description:#}\n")).map_err(Error::io(&part))?;
        fs::rename(&part, &note).map_err(Error::io(&note))
    }

    fn is_finished(&self, path: &Path, description: &Value) -> Result<bool, Error> {
        let note = note(path);
        if !note.exists() || !path.exists() {
            return Ok(false);
        }
        let text = fs::read_to_string(&note).map_err(Error::io(&note))?;
        Ok(serde_json::from_str::<Value>(&text).is_ok_and(|kept| kept == *description))
    }

    fn path(&self, kind: &str, description: &Value, end: &str) -> PathBuf {
        let digest = hexadecimal(Sha256::new_with_prefix(description.to_string()));
        self.folder.join(format!("{kind}-{}{end}", &digest[..NAME_DIGITS]))
    }
}

/// The file that says of what something is.
fn note(path: &Path) -> PathBuf {
    path.with_added_extension("of.json")
}
