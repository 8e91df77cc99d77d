//! The folder of an index: files are created under new names, then the manifest is replaced by rename.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::Bytes;
use super::disk::{Disk, disk_of};
use super::manifest::{FileEntry, MANIFEST, Manifest};
use super::new_file::NewFile;
use super::section_file::SectionFile;
use super::section_header::FileKind;
use crate::Error;

const LOCK: &str = "writer.lock";
const NEW_MANIFEST: &str = "manifest.json.new";
const KINDS: [&str; 5] = ["codec", "segment", "deleted", "attachment", "spool"];

/// The folder of an index.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    path: PathBuf,
    disk: Arc<dyn Disk>,
}

/// Held by the one writer of an index; the system releases it even if the process dies.
#[derive(Debug)]
pub(crate) struct WriterLock {
    file: File,
}

impl Drop for WriterLock {
    /// Unlocks explicitly. Closing the file is not enough: a process that another thread is starting holds
    /// a copy of it, and with it the lock, until it executes its program.
    fn drop(&mut self) {
        let _closed_soon = self.file.unlock();
    }
}

impl Directory {
    /// The folder at `path`, which must hold an index.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if path.join(MANIFEST).is_file() {
            return Ok(Self::new(path));
        }
        let reason = if path.is_dir() {
            "it holds no manifest.json"
        } else if path.exists() {
            "it is not a folder"
        } else {
            "there is no such folder"
        };
        Err(Error::NotAnIndex { path: path.into(), reason })
    }

    /// The folder at `path`, created if it is missing, and synced to disk.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let directory = Self::new(path);
        let folders = || path.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let num_missing = folders().take_while(|folder| !folder.exists()).count();
        // The first existing folder may have been created by a process that died before syncing it.
        let unsure: Vec<&Path> = folders().take(num_missing + 1).collect();
        unsure.into_iter().rev().try_for_each(|folder| directory.create_folder(folder))?;
        Ok(directory)
    }

    fn create_folder(&self, folder: &Path) -> Result<(), Error> {
        let existed = folder.is_dir();
        self.disk.create_folder(folder).map_err(|source| Error::io(folder, source))?;
        let parent = folder
            .parent()
            .map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
        match parent.map(|parent| self.sync_folder(parent)) {
            // We may traverse the parent but not open it. Whoever created this folder has synced it.
            Some(Err(error)) if existed && error.is_forbidden() => Ok(()),
            synced => synced.unwrap_or(Ok(())),
        }
    }

    fn new(path: &Path) -> Self {
        Self { path: path.into(), disk: disk_of(path) }
    }

    /// Fails if the folder holds an index.
    pub(crate) fn check_vacant(&self) -> Result<(), Error> {
        if self.holds_manifest()? {
            return Err(Error::Exists { path: self.path.clone() });
        }
        Ok(())
    }

    /// Whether there is a manifest; an error if the system does not let us look.
    fn holds_manifest(&self) -> Result<bool, Error> {
        let path = self.path.join(MANIFEST);
        path.try_exists().map_err(|source| Error::io(&path, source))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the writer's lock.
    pub(crate) fn lock(&self) -> Result<WriterLock, Error> {
        let path = self.path.join(LOCK);
        let file = self.disk.create_lock(&path).map_err(|source| Error::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path }),
            Err(TryLockError::Error(source)) => Err(Error::io(&path, source)),
        }
    }

    pub(crate) fn manifest(&self) -> Result<Manifest, Error> {
        let path = self.path.join(MANIFEST);
        let text = fs::read(&path).map_err(|source| Error::io(&path, source))?;
        Manifest::from_text(&path, &text)
    }

    /// Opens a file with sections that the manifest names.
    pub(crate) fn open_sections(
        &self,
        entry: &FileEntry,
        kind: FileKind,
    ) -> Result<SectionFile, Error> {
        let file = SectionFile::open(&self.path.join(&entry.name), kind)?;
        if file.bytes().len() as u64 != entry.length || file.checksum() != entry.checksum {
            return Err(file.corrupt("not the file that the manifest names"));
        }
        Ok(file)
    }

    /// Opens an opaque file that the manifest names.
    pub(crate) fn open_opaque(&self, entry: &FileEntry) -> Result<Bytes, Error> {
        let path = self.path.join(&entry.name);
        let bytes = Bytes::open(&path)?;
        if bytes.as_slice().len() as u64 != entry.length {
            return Err(Error::corrupt(&path, "file length"));
        }
        Ok(bytes)
    }

    /// Creates a file.
    pub(crate) fn create_file(&self, name: String) -> Result<NewFile, Error> {
        NewFile::create(self.disk.clone(), &self.path, name)
    }

    /// Makes `manifest` the state of the index. If this fails, the state is the one before.
    ///
    /// # Errors
    /// [`Error::NotDurable`] if only the last step failed, by which the new state is in place.
    pub(crate) fn replace_manifest(&self, manifest: &Manifest) -> Result<(), Error> {
        let new = self.path.join(NEW_MANIFEST);
        let place = self.path.join(MANIFEST);
        let text = manifest.to_text().map_err(|e| Error::io(&place, e.into()))?;
        let mut file = self.create_file(NEW_MANIFEST.into())?;
        file.append(text.as_bytes())?;
        file.finish(crc32fast::hash(text.as_bytes()))?;
        self.sync()?;
        self.disk.rename(&new, &place).map_err(|source| Error::io(&place, source))?;
        let synced = self.disk.sync_folder(&self.path);
        synced.map_err(|source| Error::NotDurable { path: self.path.clone(), source })
    }

    /// Waits until the entries of the folder are on disk.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        self.sync_folder(&self.path)
    }

    /// Removes the files of an index that are not among `kept`.
    ///
    /// A file that a reader has open stays readable on systems that allow its removal. On others it stays
    /// in the folder until a later commit.
    pub(crate) fn remove_orphans<'a>(
        &self,
        kept: impl Iterator<Item = &'a FileEntry>,
    ) -> Result<(), Error> {
        let kept: HashSet<&str> = kept.map(|file| file.name.as_str()).collect();
        let io = |source| Error::io(&self.path, source);
        for entry in fs::read_dir(&self.path).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| is_index_file(name) && !kept.contains(name)) {
                let _stays_until_later = self.disk.remove(&entry.path());
            }
        }
        Ok(())
    }

    /// Removes those of the files `created` that are not part of the index, and a new manifest that was not
    /// renamed.
    pub(crate) fn remove_unnamed(&self, created: &[String]) -> Result<(), Error> {
        let named: Vec<String> = if self.holds_manifest()? {
            self.manifest()?.files().map(|file| file.name.clone()).collect()
        } else {
            Vec::new()
        };
        let unnamed = created.iter().filter(|name| !named.contains(name)).map(String::as_str);
        for name in unnamed.chain([NEW_MANIFEST]) {
            let _stays_until_later = self.disk.remove(&self.path.join(name));
        }
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), Error> {
        self.disk.sync_folder(folder).map_err(|source| Error::io(folder, source))
    }
}

/// Whether a file's name is one that a writer gives, such as `7-segment-0.jacolbert`.
fn is_index_file(name: &str) -> bool {
    let parts = name.strip_suffix(".jacolbert").and_then(|stem| stem.split_once('-'));
    let of_a_generation = parts.is_some_and(|(generation, kind)| {
        !generation.is_empty()
            && generation.bytes().all(|byte| byte.is_ascii_digit())
            && KINDS.iter().any(|known| kind.starts_with(known))
    });
    of_a_generation || name == NEW_MANIFEST
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;

    use super::*;

    #[test]
    fn a_lock_ends_although_a_new_process_inherited_the_file() -> Result<(), Box<dyn StdError>> {
        let folder = tempfile::tempdir()?;
        let directory = Directory::create(folder.path())?;
        let lock = directory.lock()?;
        assert!(matches!(directory.lock(), Err(Error::Locked { .. })));
        let _inherited = lock.file.try_clone()?;
        drop(lock);
        directory.lock()?;
        Ok(())
    }
}
