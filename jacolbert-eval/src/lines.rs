//! The lines of a text file, plain or gzip, read and written.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::Error;
use crate::error::Origin;

const BUFFER_BYTES: usize = 1 << 16;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of one file that are not blank, with their numbers.
pub(crate) struct Lines {
    path: PathBuf,
    input: Box<dyn BufRead>,
    buffer: Vec<u8>,
    number: u64,
}

impl Lines {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_owned(), input: open(path)?, buffer: Vec::new(), number: 0 })
    }

    /// Parses the next line; an error gets the line's position.
    pub(crate) fn parse_next<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        while self.read_line()? {
            let bytes = self.buffer.trim_ascii();
            if !bytes.is_empty() {
                let origin = || self.origin();
                let line =
                    std::str::from_utf8(bytes).map_err(|_| Error::Utf8 { origin: origin() })?;
                return parse(line).map(Some).map_err(|error| error.with_origin(&origin));
            }
        }
        Ok(None)
    }

    /// Calls `take` with each line.
    pub(crate) fn for_each(
        mut self,
        mut take: impl FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while self.parse_next(&mut take)?.is_some() {}
        Ok(())
    }

    fn origin(&self) -> Origin {
        Origin::Line { path: self.path.clone(), line: self.number }
    }

    /// Reads a line into the buffer; `false` at the end of the file.
    fn read_line(&mut self) -> Result<bool, Error> {
        self.buffer.clear();
        let num_bytes = self
            .input
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| Error::Io { path: self.path.clone(), source })?;
        if self.number == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.buffer.drain(..BYTE_ORDER_MARK.len());
        }
        self.number += 1;
        Ok(num_bytes > 0)
    }
}

/// Opens a file's text. Gzip is recognised by the first bytes, not by the name.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, Error> {
    let at_path = |source| Error::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(at_path)?;
    let mut input = BufReader::with_capacity(BUFFER_BYTES, file);
    if input.fill_buf().map_err(at_path)?.starts_with(&GZIP_MAGIC) {
        let text = MultiGzDecoder::new(input);
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, text)));
    }
    Ok(Box::new(input))
}

/// Writes a file, as gzip if its name ends in `.gz`.
pub(crate) fn save(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    save_io(path, write).map_err(|source| Error::Io { path: path.to_owned(), source })
}

fn save_io(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
    if path.extension().is_some_and(|extension| extension == "gz") {
        let encoder = GzEncoder::new(&mut output, Compression::default());
        let mut text = BufWriter::with_capacity(BUFFER_BYTES, encoder);
        write(&mut text)?;
        text.into_inner()?.finish()?;
    } else {
        write(&mut output)?;
    }
    output.flush()
}

/// Refuses an id that a file of columns cannot hold.
pub(crate) fn check_writable<'a>(
    path: &Path,
    mut ids: impl Iterator<Item = &'a str>,
) -> Result<(), Error> {
    match ids.find(|id| id.contains(char::is_whitespace)) {
        Some(id) => Err(Error::UnwritableId { path: path.to_owned(), id: id.to_owned() }),
        None => Ok(()),
    }
}
