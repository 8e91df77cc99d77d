//! A commit to be: new files under the names of one generation.

use std::path::Path;

use super::directory::{Directory, WriterLock};
use super::manifest::{FileEntry, Manifest};
use super::new_file::NewFile;
use super::section_file::SectionFile;
use crate::Error;

/// The one writer's right to a folder, and the files that it has written there.
///
/// Dropped before [`commit`](Self::commit), it leaves the state as it was and none of the files.
#[derive(Debug)]
pub(crate) struct Draft {
    directory: Directory,
    generation: u64,
    created: Vec<String>,
    /// Last, so that it is released when the rest is done.
    _lock: WriterLock,
}

impl Draft {
    /// The draft of an index in the folder `path`, which is made if need be and must hold none.
    pub(crate) fn claim(path: &Path) -> Result<Self, Error> {
        let directory = Directory::create(path)?;
        let lock = directory.lock()?;
        directory.check_vacant()?;
        directory.remove_orphans(std::iter::empty())?;
        Ok(Self { directory, generation: 1, created: Vec::new(), _lock: lock })
    }

    /// The draft of the state that follows the one in the folder `path`, and that one.
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

    /// The generation that the commit makes.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// A new file; `kind` begins with `codec`, `segment`, `deleted`, `attachment` or `spool`.
    /// A spool is part of no index and is gone with the draft or the commit.
    pub(crate) fn create(&mut self, kind: &str) -> Result<NewFile, Error> {
        let name = format!("{}-{kind}.jacolbert", self.generation);
        let file = self.directory.create_file(name.clone())?;
        self.created.push(name);
        Ok(file)
    }

    /// A new file with the content `bytes`, on disk.
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

    /// A new file with the content of `sections`, on disk.
    pub(crate) fn write_sections(
        &mut self,
        kind: &str,
        sections: &SectionFile,
    ) -> Result<FileEntry, Error> {
        self.write(kind, sections.bytes(), sections.checksum())
    }

    /// Removes the files that `manifest`, which is in place, does not name.
    ///
    /// Whoever put it there may have died before it was on disk; it is made so first, lest the
    /// power fail and bring back a manifest whose files are gone.
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
