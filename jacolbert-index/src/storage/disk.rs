//! All operations that change the folder of an index; there are no others.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
#[cfg(not(test))]
use std::sync::Arc;

/// One method for each way of changing a folder, so that a test can list all changes and make each fail.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Creates the folder `path` if it is missing; its parent exists.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Creates an empty file; an error if there is one at `path`.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Opens the file at `path` without changing it, or creates it.
    fn create_lock(&self, path: &Path) -> io::Result<File>;

    /// Writes `bytes` to `file`, which was created at `path`, from the byte `at` on.
    fn write(&self, path: &Path, file: &File, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Waits until the content of `file`, which was created at `path`, is on disk.
    fn sync_file(&self, path: &Path, file: &File) -> io::Result<()>;

    /// Replaces the file `to` by `from`, atomically.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file from its folder; whoever has it open can still read it.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the entries of the folder `path` are on disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk of the operating system.
#[derive(Debug)]
pub(crate) struct SystemDisk;

impl Disk for SystemDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            made => made,
        }
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn create_lock(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().create(true).write(true).truncate(false).open(path)
    }

    fn write(&self, _path: &Path, mut file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)
    }

    fn sync_file(&self, _path: &Path, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    #[cfg(unix)]
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// Other systems have no such operation.
    #[cfg(not(unix))]
    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// The disk on which the folder `path` lies.
#[cfg(not(test))]
pub(crate) fn disk_of(_path: &Path) -> Arc<dyn Disk> {
    Arc::new(SystemDisk)
}

#[cfg(test)]
pub(crate) use super::crash_tests::disk_of;
