//! A file mapped read-only: the only place in the workspace that maps one.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file, mapped read-only. Opening reads nothing.
///
/// While the map exists, nobody may shorten the file: reading a page that is gone ends the process.
/// Other changes show up as other bytes. An index never changes a file that it wrote; whoever hands a
/// file of their own to this project keeps it as it is.
#[derive(Debug)]
pub struct MappedFile {
    map: Mmap,
}

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// What the system says if the file cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        #[allow(unsafe_code)]
        // SAFETY: the map is read-only and lent as `&[u8]` only, for which any byte is valid. That
        // nobody may shorten the file is documented on the type.
        let map = unsafe { Mmap::map(&file) }?;
        Ok(Self { map })
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
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
