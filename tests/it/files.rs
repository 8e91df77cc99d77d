//! The files of a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// All files of a folder but the lock, by name.
pub(crate) fn files(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    files.remove("writer.lock");
    Ok(files)
}
