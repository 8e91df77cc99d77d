//! A commit in progress: new files under the names of one generation.

use std::path::Path;

use super::directory::{Directory, WriterLock};
use super::manifest::{FileEntry, Manifest};
use super::new_file::NewFile;
use super::section_file::SectionFile;
use crate::Error;

/// The writer's lock on a folder, and the files that it has written there.
///
/// A draft that is dropped before [`commit`](Self::commit) removes its files and leaves the state as it was.
#[derive(Debug)]
pub(crate) struct Draft {
    directory: Directory,
    generation: u64,
    created: Vec<String>,
    /// Last, so that it is released after everything else.
    _lock: WriterLock,
}

impl Draft {
    /// A draft of a new index in the folder `path`, which is created if it is missing and must not hold an
    /// index.
    pub(crate) fn claim(path: &Path) -> Result<Self, Error> {
        let directory = Directory::create(path)?;
        let lock = directory.lock()?;
        directory.check_vacant()?;
        directory.remove_orphans(std::iter::empty())?;
        Ok(Self { directory, generation: 1, created: Vec::new(), _lock: lock })
    }

    /// A draft of the next state of the index in the folder `path`, and the manifest of its current state.
    pub(crate) fn open(path: &Path) -> Result<(Self, Manifest), Error> {
        let directory = Directory::open(path)?;
        let lock = directory.lock()?;
        let manifest = directory.manifest()?;
        let generation = manifest.generation.checked_add(1);
        let generation =
            generation.ok_or_else(|| Error::corrupt(path, "generation of the manifest"))?;
        Ok((Self { directory, generation, created: Vec::new(), _lock: lock }, manifest))
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The generation of the commit.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Creates a file; `kind` begins with `codec`, `segment`, `deleted`, `attachment` or `spool`. A spool is
    /// never part of an index and is removed with the draft or by the commit.
    pub(crate) fn create(&mut self, kind: &str) -> Result<NewFile, Error> {
        let name = format!("{}-{kind}.jacolbert", self.generation);
        let file = self.directory.create_file(name.clone())?;
        self.created.push(name);
        Ok(file)
    }

    /// Writes a file with the content `bytes` and syncs it to disk.
    pub(crate) fn write(
        &mut self,
        kind: &str,
        bytes: &[u8],
        checksum: u32,
    ) -> Result<FileEntry, Error> {
        let mut file = self.create(kind)?;
        file.append(bytes)?;
        file.finish(checksum)
    }

    /// Writes a file with the content of `sections` and syncs it to disk.
    pub(crate) fn write_sections(
        &mut self,
        kind: &str,
        sections: &SectionFile,
    ) -> Result<FileEntry, Error> {
        self.write(kind, sections.bytes(), sections.checksum())
    }

    /// Removes the files that the current manifest, `manifest`, does not name.
    ///
    /// The manifest is synced to disk first: its writer may have died before doing so, and a power failure
    /// could then bring back an older manifest whose files are gone.
    pub(crate) fn remove_orphans(&self, manifest: &Manifest) -> Result<(), Error> {
        self.directory.sync()?;
        self.directory.remove_orphans(manifest.files())
    }

    /// Makes `manifest` the state of the index, and removes the files that it does not name.
    ///
    /// # Errors
    /// [`Error::Io`]: the state is the one before. [`Error::NotDurable`]: it is the new one.
    pub(crate) fn commit(mut self, manifest: &Manifest) -> Result<(), Error> {
        self.directory.replace_manifest(manifest)?;
        self.created.clear();
        let _stay_until_later = self.directory.remove_orphans(manifest.files());
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.created.is_empty() {
            let _stay_until_later = self.directory.remove_unnamed(&self.created);
        }
    }
}
