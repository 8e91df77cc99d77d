//! A file that appears when it is complete, and never in place of another one.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;

/// Lets `write` write a file at `path`. It appears when `write` has succeeded; else nothing is left.
///
/// # Errors
/// [`Error::Exists`], [`Error::Io`], and those of `write`.
pub(crate) fn write_new_file<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, Error>,
) -> Result<T, Error> {
    let io_error = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists { path: path.into() },
        _ => Error::Io { path: path.into(), source },
    };
    // Said before the work, and said again when the file takes its name.
    if path.try_exists().map_err(io_error)? {
        return Err(Error::Exists { path: path.into() });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = NamedTempFile::new_in(folder).map_err(io_error)?;
    let mut out = BufWriter::new(temporary.as_file().try_clone().map_err(io_error)?);
    let written = write(&mut out)?;
    out.flush().map_err(io_error)?;
    temporary.as_file().sync_all().map_err(io_error)?;
    temporary.persist_noclobber(path).map_err(|error| io_error(error.error))?;
    Ok(written)
}
