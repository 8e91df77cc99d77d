//! A file mapped read-only. No other module of the workspace maps files.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::Mmap;

/// Number of files that the process has mapped through this module.
static NUM_MAPPED: AtomicUsize = AtomicUsize::new(0);

/// The bytes of a file, mapped read-only. Opening reads nothing.
///
/// Nobody may shorten the file while it is mapped: reading a missing page ends the process. Other changes
/// to the file change the bytes. An index never changes a file that it wrote; callers must not change a
/// file that they pass to this project.
#[derive(Debug)]
pub struct MappedFile {
    map: Mmap,
}

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// The system's error if the file cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        #[allow(unsafe_code)]
        // SAFETY: the map is read-only and only lent as `&[u8]`, for which any byte is valid. The type
        // documents that nobody may shorten the file.
        let map = unsafe { Mmap::map(&file) }?;
        NUM_MAPPED.fetch_add(1, Ordering::Relaxed);
        Ok(Self { map })
    }

    /// Number of files that the process has mapped at present. Linux allows a process 65,530 maps by
    /// default, and a process that needs another one then ends.
    pub fn num_mapped() -> usize {
        NUM_MAPPED.load(Ordering::Relaxed)
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }
}

impl Drop for MappedFile {
    fn drop(&mut self) {
        NUM_MAPPED.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_file_has_the_bytes_of_the_file() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        std::fs::write(&path, "富士山")?;
        assert_eq!(MappedFile::open(&path)?.bytes(), "富士山".as_bytes());
        assert!(MappedFile::open(&folder.path().join("missing")).is_err());
        Ok(())
    }
}
