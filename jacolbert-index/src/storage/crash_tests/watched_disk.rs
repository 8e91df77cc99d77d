//! A disk that a test watches: it lists every change, and stops one of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::storage::disk::{Disk, SystemDisk};

/// A change that took place; names are those within the watched folder.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    CreateFolder,
    Create(String),
    Write { name: String, at: usize, bytes: Vec<u8> },
    SyncFile(String),
    Rename { from: String, to: String },
    Remove(String),
    SyncFolder,
    SyncParent,
}

/// Which change fails, counted from 0, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    pub(super) at: usize,
    /// As the system numbers errors.
    pub(super) errno: i32,
    pub(super) lasting: Lasting,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lasting {
    /// One change fails.
    Once,
    /// All that follow fail as well.
    FromThenOn,
}

/// The system's disk, watched in one folder. Nothing is synced really, which takes its time.
#[derive(Debug)]
pub(super) struct WatchedDisk {
    folder: PathBuf,
    failure: Option<Failure>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    log: Vec<Change>,
    num_tried: usize,
}

static WATCHED: Mutex<BTreeMap<PathBuf, Arc<WatchedDisk>>> = Mutex::new(BTreeMap::new());

/// The disk on which the folder `path` lies.
pub(crate) fn disk_of(path: &Path) -> Arc<dyn Disk> {
    match unpoisoned(&WATCHED).get(path) {
        Some(watched) => watched.clone(),
        None => Arc::new(SystemDisk),
    }
}

/// Watches a folder as long as it lives.
#[derive(Debug)]
pub(super) struct Watch(Arc<WatchedDisk>);

impl Watch {
    pub(super) fn new(folder: &Path, failure: Option<Failure>) -> Self {
        let folder = folder.to_path_buf();
        let disk = Arc::new(WatchedDisk { folder, failure, seen: Mutex::default() });
        unpoisoned(&WATCHED).insert(disk.folder.clone(), disk.clone());
        Self(disk)
    }

    /// The changes that took place.
    pub(super) fn log(&self) -> Vec<Change> {
        unpoisoned(&self.0.seen).log.clone()
    }

    /// How many changes were tried, those that failed included.
    pub(super) fn num_tried(&self) -> usize {
        unpoisoned(&self.0.seen).num_tried
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        unpoisoned(&WATCHED).remove(&self.0.folder);
    }
}

impl WatchedDisk {
    /// Carries out a change and lists it, unless it is the one to fail.
    fn change<T>(&self, change: Change, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.allow()?;
        let done = act()?;
        unpoisoned(&self.seen).log.push(change);
        Ok(done)
    }

    fn allow(&self) -> io::Result<()> {
        let mut seen = unpoisoned(&self.seen);
        let number = seen.num_tried;
        seen.num_tried += 1;
        let failure = self.failure.filter(|failure| match failure.lasting {
            Lasting::Once => number == failure.at,
            Lasting::FromThenOn => number >= failure.at,
        });
        failure.map_or(Ok(()), |failure| Err(io::Error::from_raw_os_error(failure.errno)))
    }

    fn name(&self, path: &Path) -> String {
        assert_eq!(path.parent(), Some(&*self.folder), "a change outside of the folder");
        path.strip_prefix(&self.folder).map(|name| name.display().to_string()).unwrap_or_default()
    }
}

impl Disk for WatchedDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        if path.exists() || path != self.folder {
            return SystemDisk.create_folder(path);
        }
        self.change(Change::CreateFolder, || SystemDisk.create_folder(path))
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.change(Change::Create(self.name(path)), || SystemDisk.create(path))
    }

    fn create_lock(&self, path: &Path) -> io::Result<File> {
        if path.exists() { SystemDisk.create_lock(path) } else { self.create(path) }
    }

    /// Half of a write that fails is done, as on a disk that is full.
    fn write(&self, path: &Path, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        let allowed = self.allow();
        let bytes = if allowed.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        SystemDisk.write(path, file, at, bytes)?;
        let name = self.name(path);
        let at = at as usize;
        let bytes = bytes.to_vec();
        unpoisoned(&self.seen).log.push(Change::Write { name, at, bytes });
        allowed
    }

    fn sync_file(&self, path: &Path, _file: &File) -> io::Result<()> {
        self.change(Change::SyncFile(self.name(path)), || Ok(()))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let change = Change::Rename { from: self.name(from), to: self.name(to) };
        self.change(change, || SystemDisk.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(Change::Remove(self.name(path)), || SystemDisk.remove(path))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let change = if path == self.folder { Change::SyncFolder } else { Change::SyncParent };
        self.change(change, || Ok(()))
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
