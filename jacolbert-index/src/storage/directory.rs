//! The folder of an index: new files under new names, then the manifest put in place by rename.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Bytes, FileEntry, FileKind, MANIFEST, Manifest, SectionFile};
use crate::Error;

const LOCK: &str = "writer.lock";
const NEW_MANIFEST: &str = "manifest.json.new";

/// The folder of an index.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    path: PathBuf,
}

/// Held by the one writer of an index; the system releases it even if the process dies.
#[derive(Debug)]
pub(crate) struct WriterLock {
    _file: File,
}

impl Directory {
    /// The folder at `path`, which must hold an index.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let reason = match () {
            () if path.join(MANIFEST).is_file() => return Ok(Self { path: path.into() }),
            () if path.is_dir() => "it holds no manifest.json",
            () if path.exists() => "it is not a folder",
            () => "there is no such folder",
        };
        Err(Error::NotAnIndex { path: path.into(), reason })
    }

    /// The folder at `path`, made if need be.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(|source| Error::io(path, source))?;
        Ok(Self { path: path.into() })
    }

    /// Fails if the folder holds an index.
    pub(crate) fn check_vacant(&self) -> Result<(), Error> {
        match self.path.join(MANIFEST).exists() {
            true => Err(Error::Exists { path: self.path.clone() }),
            false => Ok(()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the writer's lock.
    pub(crate) fn lock(&self) -> Result<WriterLock, Error> {
        let path = self.path.join(LOCK);
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let file = file.map_err(|source| Error::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { _file: file }),
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
        let bytes = Bytes::map(&path)?;
        if bytes.as_slice().len() as u64 != entry.length {
            return Err(Error::corrupt(&path, "file length"));
        }
        Ok(bytes)
    }

    /// Writes a new file and waits until it is on disk.
    pub(crate) fn write(
        &self,
        name: String,
        bytes: &[u8],
        checksum: u32,
    ) -> Result<FileEntry, Error> {
        let path = self.path.join(&name);
        let written = OpenOptions::new().write(true).create_new(true).open(&path);
        written
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .map_err(|source| Error::io(&path, source))?;
        Ok(FileEntry { name, length: bytes.len() as u64, checksum })
    }

    /// Makes `manifest` the state of the index: all of it or, if this fails, none.
    pub(crate) fn commit(&self, manifest: &Manifest) -> Result<(), Error> {
        let new = self.path.join(NEW_MANIFEST);
        let place = self.path.join(MANIFEST);
        let text = manifest.to_text().map_err(|e| Error::io(&place, e.into()))?;
        let written = File::create(&new)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(|source| Error::io(&new, source))?;
        self.sync()?;
        fs::rename(&new, &place).map_err(|source| Error::io(&place, source))?;
        self.sync()
    }

    /// Removes the files of an index that are not among `kept`, as far as the system lets them go.
    ///
    /// A reader that holds them open keeps them where the system allows it; where it does not, the
    /// file stays until a later commit.
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
                let _stays_until_later = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    #[cfg(unix)]
    fn sync(&self) -> Result<(), Error> {
        let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
        synced.map_err(|source| Error::io(&self.path, source))
    }

    #[cfg(not(unix))]
    fn sync(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Whether a file has a name that a writer gives: `7-segment.jacolbert`, and so on.
fn is_index_file(name: &str) -> bool {
    let parts = name.strip_suffix(".jacolbert").and_then(|stem| stem.split_once('-'));
    parts.is_some_and(|(generation, kind)| {
        let kinds = ["codec", "segment", "deleted", "attachment"];
        !generation.is_empty()
            && generation.bytes().all(|byte| byte.is_ascii_digit())
            && kinds.iter().any(|known| kind.starts_with(known))
    })
}
