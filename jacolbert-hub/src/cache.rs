//! A model's folder in the cache of the hub's clients.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::listing::{Listing, RemoteFile, SETTINGS, first_missing, is_commit};
use crate::name::check_name;
use crate::options::HubOptions;

/// A model's folder in the cache, in the layout of `huggingface_hub`.
///
/// | path | what |
/// |---|---|
/// | `models--{owner}--{name}/refs/{revision}` | the commit of a branch or tag |
/// | `models--{owner}--{name}/snapshots/{commit}/{file}` | a link to the blob |
/// | `models--{owner}--{name}/blobs/{sha}` | the bytes of a file |
/// | `models--{owner}--{name}/blobs/{sha}.jacolbert.incomplete` | the bytes received so far |
/// | `models--{owner}--{name}/.no_exist/{commit}/{file}` | an empty file: the commit has no such file |
/// | `.locks/models--{owner}--{name}/{sha}.lock` | a lock, held while the blob is written |
#[derive(Debug)]
pub(crate) struct HubCache<'a> {
    name: &'a str,
    options: &'a HubOptions,
    model: PathBuf,
    locks: PathBuf,
}

impl<'a> HubCache<'a> {
    pub(crate) fn new(name: &'a str, options: &'a HubOptions) -> Result<Self, Error> {
        check_name(name, &options.revision)?;
        let folder = format!("models--{}", name.replace('/', "--"));
        let model = options.cache.join(&folder);
        Ok(Self { name, options, model, locks: options.cache.join(".locks").join(folder) })
    }

    /// The folder of the revision, if it holds every file that a checkpoint needs.
    pub(crate) fn checkpoint(&self) -> Result<PathBuf, Error> {
        let folder = self.commit()?.map(|commit| self.snapshot(&commit));
        folder.filter(|folder| is_complete(folder)).ok_or_else(|| Error::NotCached {
            name: self.name.into(),
            revision: self.options.revision.clone(),
            cache: self.options.cache.clone(),
        })
    }

    /// The folder of the revision, if that is a commit and the cache knows that no file is missing.
    pub(crate) fn pinned_checkpoint(&self) -> Option<PathBuf> {
        let commit = Some(&self.options.revision).filter(|revision| is_commit(revision))?;
        let folder = self.snapshot(commit);
        let known = |file| folder.join(file).is_file() || self.absent(commit, file).is_file();
        (is_complete(&folder) && SETTINGS.into_iter().all(known)).then_some(folder)
    }

    fn commit(&self) -> Result<Option<String>, Error> {
        let revision = &self.options.revision;
        if is_commit(revision) {
            return Ok(Some(revision.clone()));
        }
        let path = self.reference();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|commit| is_commit(commit))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io(&path, source)),
        }
    }

    fn reference(&self) -> PathBuf {
        self.model.join("refs").join(&self.options.revision)
    }

    fn absent(&self, commit: &str, file: &str) -> PathBuf {
        self.model.join(".no_exist").join(commit).join(file)
    }

    pub(crate) fn snapshot(&self, commit: &str) -> PathBuf {
        self.model.join("snapshots").join(commit)
    }

    pub(crate) fn snapshot_file(&self, listing: &Listing, file: &RemoteFile) -> PathBuf {
        self.snapshot(&listing.commit).join(&file.name)
    }

    /// The path of the bytes of `file`; makes its folder.
    pub(crate) fn blob(&self, file: &RemoteFile) -> Result<PathBuf, Error> {
        let blob = self.model.join("blobs").join(file.content.hex());
        make_parent(&blob)?;
        Ok(blob)
    }

    /// The path of the bytes of `file` received so far. The hub's other clients start with an empty
    /// file of their own and never touch this one.
    pub(crate) fn partial(&self, file: &RemoteFile) -> PathBuf {
        self.model.join("blobs").join(format!("{}.jacolbert.incomplete", file.content.hex()))
    }

    /// Waits until nobody else writes the bytes of `file`, and locks them.
    pub(crate) fn lock(&self, file: &RemoteFile) -> Result<File, Error> {
        let path = self.locks.join(format!("{}.lock", file.content.hex()));
        make_parent(&path)?;
        let lock = File::create(&path).map_err(|source| Error::io(&path, source))?;
        match lock.lock() {
            // Without locks two downloads may mix; the digest detects that.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(lock),
            Err(source) => Err(Error::io(&path, source)),
            Ok(()) => Ok(lock),
        }
    }

    /// Links the snapshot's `file` to its blob.
    pub(crate) fn link(&self, listing: &Listing, file: &RemoteFile) -> Result<(), Error> {
        let link = self.snapshot_file(listing, file);
        make_parent(&link)?;
        let error = |source| Error::io(&link, source);
        match fs::remove_file(&link) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(error(source)),
            _ => {}
        }
        link_to_blob(&self.blob(file)?, file, &link).map_err(error)
    }

    /// Records which files the commit does not have, so that no client requests them again.
    pub(crate) fn note_absent_files(&self, listing: &Listing) -> Result<(), Error> {
        for file in SETTINGS.into_iter().filter(|file| !listing.has(file)) {
            let path = self.absent(&listing.commit, file);
            make_parent(&path)?;
            fs::write(&path, []).map_err(|source| Error::io(&path, source))?;
        }
        Ok(())
    }

    /// Records the commit of a branch or tag.
    pub(crate) fn set_revision(&self, listing: &Listing) -> Result<(), Error> {
        if self.commit()?.as_ref() == Some(&listing.commit) {
            return Ok(());
        }
        let path = self.reference();
        make_parent(&path)?;
        fs::write(&path, &listing.commit).map_err(|source| Error::io(&path, source))
    }
}

/// Whether the folder has every file that a checkpoint needs, none of them empty.
fn is_complete(folder: &Path) -> bool {
    let has_bytes = |file: &str| {
        folder.join(file).metadata().is_ok_and(|found| found.is_file() && found.len() > 0)
    };
    first_missing(&has_bytes).is_none()
}

/// Whether there is a file of that length.
pub(crate) fn has_length(path: &Path, length: u64) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == length)
}

fn make_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(|source| Error::io(parent, source))
}

#[cfg(unix)]
fn link_to_blob(_blob: &Path, file: &RemoteFile, link: &Path) -> io::Result<()> {
    let num_folders = 2 + file.name.matches('/').count();
    let target = format!("{}blobs/{}", "../".repeat(num_folders), file.content.hex());
    std::os::unix::fs::symlink(target, link)
}

/// Moves the blob, as `huggingface_hub` does where users may not make links.
#[cfg(not(unix))]
fn link_to_blob(blob: &Path, _file: &RemoteFile, link: &Path) -> io::Result<()> {
    fs::rename(blob, link)
}
