//! The lines of a text file, plain or gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::mem;
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::error::TextError;
use crate::encoding::Encoding;

const BUFFER_BYTES: usize = 1 << 16;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of a text file that are not blank.
///
/// - A file may be gzip, which its first bytes tell, whatever its name.
/// - A byte order mark at the start is skipped.
/// - Lines end with a line feed, or with a carriage return and a line feed. In a file without any line
///   feed, carriage returns end lines. Such a file is read as a whole.
/// - Lines of white space are skipped; they count in the numbers of the others.
///
/// ```
/// use jacolbert_core::TextLines;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("file");
/// std::fs::write(&path, "\u{feff}富士\r\n\r\n琵琶\r\n")?;
/// let mut lines = TextLines::open(&path)?;
/// while let Some(line) = lines.next_line()? {
///     println!("{} {}", line.number, line.text); // 1 富士, 3 琵琶
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TextLines {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    is_packed: bool,
    /// The current line with its end, or a whole file that has no line feed.
    text: String,
    /// Number of lines read.
    number: usize,
    /// Bytes read, before unpacking if the file is not gzip.
    num_bytes: u64,
    /// The part of `text` that is not read yet, if lines end with carriage returns.
    rest: Option<Range<usize>>,
}

/// A line of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLine<'a> {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Number of bytes before it in the file, from which it can be read again up to the line feed.
    /// `None` in a gzip file, and in a file whose lines end with carriage returns.
    pub offset: Option<u64>,
    /// Its text, without the line end.
    pub text: &'a str,
}

impl TextLines {
    /// Opens a file.
    ///
    /// # Errors
    /// [`TextError::Io`].
    pub fn open(path: &Path) -> Result<Self, TextError> {
        Self::from_reader(path, File::open(path).map_err(|source| io_error(path, source))?)
    }

    /// The lines of `reader`, such as standard input; errors name it by `path`.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use jacolbert_core::TextLines;
    ///
    /// let mut lines = TextLines::from_reader(Path::new("<memory>"), "富士\n琵琶\n".as_bytes())?;
    /// assert_eq!(lines.next_line()?.map(|line| line.text.to_owned()).as_deref(), Some("富士"));
    /// # Ok::<(), jacolbert_core::TextError>(())
    /// ```
    ///
    /// # Errors
    /// [`TextError::Io`].
    pub fn from_reader(path: &Path, reader: impl Read + Send + 'static) -> Result<Self, TextError> {
        let (input, is_packed) = unpack(reader).map_err(|source| io_error(path, source))?;
        Ok(Self {
            path: path.into(),
            input,
            is_packed,
            text: String::new(),
            number: 0,
            num_bytes: 0,
            rest: None,
        })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the next line that is not blank; `None` at the end of the file.
    ///
    /// # Errors
    /// [`TextError`]. The lines after a line that is not UTF-8 can be read.
    pub fn next_line(&mut self) -> Result<Option<TextLine<'_>>, TextError> {
        while let Some(line) = self.read_line()? {
            if !self.text[line.clone()].trim().is_empty() {
                return Ok(Some(self.line(line)));
            }
        }
        Ok(None)
    }

    /// Reads the next line, which may be blank, as within a quoted field; `None` at the end of the file.
    ///
    /// # Errors
    /// As [`next_line`](Self::next_line).
    pub fn next_line_or_blank(&mut self) -> Result<Option<TextLine<'_>>, TextError> {
        let line = self.read_line()?;
        Ok(line.map(|line| self.line(line)))
    }

    fn line(&self, line: Range<usize>) -> TextLine<'_> {
        TextLine { number: self.number, offset: self.offset(&line), text: &self.text[line] }
    }

    /// Reads the next line: its place in `text`, without the line end.
    fn read_line(&mut self) -> Result<Option<Range<usize>>, TextError> {
        if self.rest.is_none() && !self.read_to_line_feed()? {
            return Ok(None);
        }
        self.number += 1;
        let Some(rest) = self.rest.take() else {
            let line = self.text.strip_suffix('\n').unwrap_or(&self.text);
            return Ok(Some(0..line.strip_suffix('\r').unwrap_or(line).len()));
        };
        let len = self.text[rest.clone()].find('\r').unwrap_or(rest.len());
        let end = rest.start + len;
        self.rest = (end + 1 < rest.end).then_some(end + 1..rest.end);
        Ok(Some(rest.start..end))
    }

    /// Reads up to the next line feed into `text`; `false` at the end of the file.
    fn read_to_line_feed(&mut self) -> Result<bool, TextError> {
        let mut bytes = mem::take(&mut self.text).into_bytes();
        bytes.clear();
        let read = self.input.read_until(b'\n', &mut bytes);
        self.num_bytes += read.map_err(|source| io_error(&self.path, source))? as u64;
        let is_first = self.number == 0;
        if is_first && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if bytes.is_empty() {
            return Ok(false);
        }
        if is_first && Encoding::of_beginning(&bytes).is_some() {
            return Err(self.not_utf8(0, &bytes));
        }
        let is_whole = is_first && !bytes.ends_with(b"\n");
        self.text = String::from_utf8(bytes).map_err(|error| {
            let (valid, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
            let lines_before = valid.iter().filter(|&&byte| is_whole && byte == b'\r').count();
            self.not_utf8(lines_before, rest)
        })?;
        if is_whole && self.text.contains('\r') {
            self.rest = Some(0..self.text.len());
        }
        Ok(true)
    }

    /// The error that the line after `lines_before` more lines is not UTF-8.
    fn not_utf8(&mut self, lines_before: usize, bytes: &[u8]) -> TextError {
        let beginning = Encoding::of_beginning(bytes).filter(|_| self.number == 0);
        self.number += lines_before + 1;
        let encoding = beginning.or_else(|| Encoding::of_line(bytes));
        TextError::NotUtf8 { path: self.path.clone(), line: self.number, encoding }
    }

    fn offset(&self, line: &Range<usize>) -> Option<u64> {
        let ends_with_line_feed = self.rest.is_none() && line.start == 0;
        let can_seek = ends_with_line_feed && !self.is_packed;
        can_seek.then(|| self.num_bytes - self.text.len() as u64)
    }
}

impl std::fmt::Debug for TextLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, number, .. } = self;
        f.debug_struct("TextLines").field("path", path).field("number", number).finish()
    }
}

/// The text of a file, and whether it was gzip.
fn unpack(file: impl Read + Send + 'static) -> io::Result<(Box<dyn BufRead + Send>, bool)> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, file);
    let is_packed = input.fill_buf()?.starts_with(&GZIP_MAGIC);
    if !is_packed {
        return Ok((Box::new(input), false));
    }
    let unpacked = MultiGzDecoder::new(input);
    Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, unpacked)), true))
}

fn io_error(path: &Path, source: io::Error) -> TextError {
    TextError::Io { path: path.into(), source }
}
