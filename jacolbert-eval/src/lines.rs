//! The lines of a text file, plain or gzip, read and written.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write};
use std::mem;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::Error;
use crate::origin::Origin;
use crate::text_encoding::{TextEncoding, is_utf16};

const BUFFER_BYTES: usize = 1 << 16;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of a text file that are not blank, with their numbers from 1.
///
/// The file may be gzip, which its first bytes decide and not its name. A byte order mark is skipped. Lines
/// end at LF or CRLF, or at CR in a file that has no LF.
pub(crate) struct Lines {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    number: u64,
}

impl Lines {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_owned(), input: open(path)?, buffer: Vec::new(), number: 0 })
    }

    /// The number and the text of the next line that is not blank, without its end; `None` after the last.
    fn next_line(&mut self) -> Result<Option<(u64, &str)>, Error> {
        while self.read_line()? {
            if !self.is_blank() {
                return Ok(Some((self.number, self.text()?)));
            }
        }
        Ok(None)
    }

    /// Whether the line in the buffer is white space. Most lines show it by their first byte.
    fn is_blank(&self) -> bool {
        let bytes = self.buffer.trim_ascii();
        match bytes.first() {
            None => true,
            Some(first) if first.is_ascii() => false,
            Some(_) => std::str::from_utf8(bytes).is_ok_and(|text| text.trim().is_empty()),
        }
    }

    /// Parses the next line without white space around it; an error gets the line's position.
    pub(crate) fn parse_next<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some((_, line)) = self.next_line()? else { return Ok(None) };
        let parsed = parse(line.trim_ascii());
        parsed.map(Some).map_err(|error| error.with_origin(&|| self.origin()))
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

    /// The line in the buffer.
    fn text(&self) -> Result<&str, Error> {
        let bytes = self.buffer.as_slice();
        // The zeros of UTF-16 are valid UTF-8.
        if self.number == 1 && bytes.contains(&0) && is_utf16(bytes) {
            let looks_like = Some(TextEncoding::Utf16);
            return Err(Error::Utf8 { origin: self.origin(), looks_like });
        }
        std::str::from_utf8(bytes).map_err(|_| {
            let looks_like = TextEncoding::guess(bytes);
            Error::Utf8 { origin: self.origin(), looks_like }
        })
    }

    /// Reads a line into the buffer, without its end; `false` at the end of the file.
    fn read_line(&mut self) -> Result<bool, Error> {
        let mut is_there = self.read_until_line_feed()?;
        if self.number == 0 && !self.buffer.ends_with(b"\n") && self.buffer.contains(&b'\r') {
            self.end_lines_at_carriage_returns();
            is_there = self.read_until_line_feed()?;
        }
        self.number += 1;
        let text = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        self.buffer.truncate(text.len());
        Ok(is_there)
    }

    fn read_until_line_feed(&mut self) -> Result<bool, Error> {
        self.buffer.clear();
        let num_bytes = self
            .input
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| Error::Io { path: self.path.clone(), source })?;
        Ok(num_bytes > 0)
    }

    /// Reads the file again, which is in the buffer as a whole because it has no line feed.
    fn end_lines_at_carriage_returns(&mut self) {
        let mut bytes = mem::take(&mut self.buffer);
        bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        self.input = Box::new(Cursor::new(bytes));
    }
}

/// Opens a file's text without its byte order mark. Gzip is recognised by the first bytes, not by the name.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, Error> {
    open_io(path).map_err(|source| Error::Io { path: path.to_owned(), source })
}

fn open_io(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
    if input.fill_buf()?.starts_with(&GZIP_MAGIC) {
        let text = MultiGzDecoder::new(input);
        return without_mark(BufReader::with_capacity(BUFFER_BYTES, text));
    }
    without_mark(input)
}

/// The text without its byte order mark. A reader may give fewer bytes at first than the mark has.
fn without_mark(mut text: impl BufRead + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let mut begin = Vec::new();
    text.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut begin)?;
    if begin == BYTE_ORDER_MARK {
        return Ok(Box::new(text));
    }
    Ok(Box::new(Cursor::new(begin).chain(text)))
}

/// Fails at the first line up to `last` that is not UTF-8.
pub(crate) fn check_utf8(path: &Path, last: u64) -> Result<(), Error> {
    let mut lines = Lines::open(path)?;
    while lines.next_line()?.is_some_and(|(number, _)| number < last) {}
    Ok(())
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
    is_unwritable: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    match ids.find(|id| is_unwritable(id)) {
        Some(id) => Err(Error::UnwritableId { path: path.to_owned(), id: id.to_owned() }),
        None => Ok(()),
    }
}
