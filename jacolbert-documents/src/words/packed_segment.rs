//! Tantivy's view of the words of a block: a directory with one segment that cannot be changed.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, FileHandle, OwnedBytes, WatchCallback, WatchHandle, WritePtr};

use super::packed_file::PackedFile;

/// Name of the file that names the segments of an index of tantivy.
const META: &str = "meta.json";

/// The packed files under the names that tantivy gives them.
#[derive(Debug, Clone)]
pub(super) struct PackedSegment {
    /// All bytes of the words.
    pub(super) bytes: OwnedBytes,
    /// Where each of [`PackedFile::ALL`] lies.
    pub(super) files: [Range<usize>; PackedFile::ALL.len()],
    /// The content of [`META`], which names no segment.
    pub(super) meta: Arc<[u8]>,
}

impl Directory for PackedSegment {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = PackedFile::of_path(path).ok_or_else(|| missing(path))?;
        Ok(Arc::new(self.bytes.slice(self.files[file as usize].clone())))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(path == Path::new(META) || PackedFile::of_path(path).is_some())
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(META) { Ok(self.meta.to_vec()) } else { Err(missing(path)) }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let io_error = Arc::new(read_only());
        Err(DeleteError::IoError { io_error, filepath: path.into() })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let io_error = Arc::new(read_only());
        Err(OpenWriteError::IoError { io_error, filepath: path.into() })
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

fn missing(path: &Path) -> OpenReadError {
    OpenReadError::FileDoesNotExist(PathBuf::from(path))
}

fn read_only() -> io::Error {
    io::ErrorKind::ReadOnlyFilesystem.into()
}
