//! The doors through which the folder of an index changes; there are no others.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
#[cfg(not(test))]
use std::sync::Arc;

/// One method for each way in which a folder changes, so that all changes can be listed and each
/// can be stopped.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Makes the folder `path`, if it is missing, in one that is there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// A new, empty file; an error if there is one at `path`.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// The file at `path`, left as it is, or a new one.
    fn create_lock(&self, path: &Path) -> io::Result<File>;

    /// Writes `bytes` to `file`, which was created at `path`, from the byte `at` on.
    fn write(&self, path: &Path, file: &File, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Waits until the content of `file`, which was created at `path`, is on disk.
    fn sync_file(&self, path: &Path, file: &File) -> io::Result<()>;

    /// Puts the file `from` in the place of `to`, all at once.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes the name of a file; whoever has the file open keeps its content.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in the folder `path` are on disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk that the operating system offers.
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

    /// There is no such operation elsewhere.
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
