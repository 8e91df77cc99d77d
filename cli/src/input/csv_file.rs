//! The documents of a file of comma-separated values.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader};
use flate2::bufread::MultiGzDecoder;
use jacolbert::Document;
use jacolbert_core::WrongFile;
use serde_json::{Map, Value};

use super::left_out::LeftOut;
use super::line_feeds::LineFeeds;
use super::reading::Reading;
use crate::error::Error;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The documents of a file of comma-separated values, plain or gzip. Its first line names the columns.
///
/// Fields may be quoted as RFC 4180 says, so that they have commas, line ends and doubled quotation marks.
pub(super) struct CsvFile {
    path: PathBuf,
    records: Reader<LineFeeds<Box<dyn Read + Send>>>,
    columns: Vec<String>,
    reading: Reading,
    /// The line of each id.
    lines: HashMap<String, u64>,
    num_skipped: usize,
}

impl CsvFile {
    /// Opens what `file` has; errors name it by `path`.
    pub(super) fn open(
        path: &Path,
        file: impl Read + Send + 'static,
        reading: Reading,
    ) -> Result<Self, Error> {
        let input = unpacked(file).map_err(|source| Error::io(path, source))?;
        let mut records = Reader::from_reader(LineFeeds::new(input));
        let columns = match records.byte_headers() {
            Ok(names) => texts(names).map_err(|what| at_line(path, 1, what))?,
            Err(error) => return Err(Error::file(path, error)),
        };
        let columns = columns.iter().map(|name| name.trim().to_string()).collect();
        Ok(Self {
            path: path.into(),
            records,
            columns,
            reading,
            lines: HashMap::new(),
            num_skipped: 0,
        })
    }

    /// The document of the next record; those that are skipped go to `left_out`.
    pub(super) fn next(&mut self, left_out: &mut LeftOut) -> Result<Option<Document>, Error> {
        loop {
            match self.next_record() {
                Err(error @ Error::Record { .. })
                    if self.num_skipped < self.reading.max_skipped =>
                {
                    self.num_skipped += 1;
                    left_out.add_line(error);
                }
                record => return record,
            }
        }
    }

    fn next_record(&mut self) -> Result<Option<Document>, Error> {
        let mut record = ByteRecord::new();
        match self.records.read_byte_record(&mut record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => return Err(self.fault(error, &record)),
        }
        let line = self.line_of(&record);
        let document = self.document(&record).map_err(|what| at_line(&self.path, line, what))?;
        match self.lines.entry(document.id.clone()) {
            Entry::Vacant(new) => {
                new.insert(line);
                Ok(Some(document))
            }
            Entry::Occupied(first) => {
                let what = format!("the id {:?} is that of line {} too", document.id, first.get());
                Err(at_line(&self.path, line, what))
            }
        }
    }

    fn document(&self, record: &ByteRecord) -> Result<Document, String> {
        let values = texts(record)?.into_iter();
        let fields = self.columns.iter().zip(values).filter(|(_, value)| !value.is_empty());
        let fields: Map<String, Value> =
            fields.map(|(name, value)| (name.clone(), Value::String(value))).collect();
        let document = self.reading.names.document(fields).map_err(|fault| fault.to_string())?;
        if document.id.trim().is_empty() {
            return Err("the id is empty".into());
        }
        let metadata = self.reading.numbers.values(document.metadata);
        Ok(Document { metadata, ..document })
    }

    /// The line in which the record begins that was read last.
    fn line_of(&self, record: &ByteRecord) -> u64 {
        let line_feeds = record.as_slice().iter().filter(|&&byte| byte == b'\n').count();
        self.records.position().line().saturating_sub(1 + line_feeds as u64)
    }

    fn fault(&self, error: csv::Error, record: &ByteRecord) -> Error {
        let line = self.line_of(record);
        match error.into_kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                let what = format!("{len} fields where the first line names {expected_len}");
                at_line(&self.path, line, what)
            }
            csv::ErrorKind::Io(source) => Error::io(&self.path, source),
            kind => at_line(&self.path, line, format!("{kind:?}")),
        }
    }
}

impl fmt::Debug for CsvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvFile").field("path", &self.path).finish_non_exhaustive()
    }
}

fn at_line(path: &Path, line: u64, what: String) -> Error {
    Error::Record { path: path.into(), record: format!("line {line}"), what }
}

/// The fields of a record, or in which encoding they seem to be.
fn texts(record: &ByteRecord) -> Result<Vec<String>, String> {
    let text = |field: &[u8]| match (str::from_utf8(field), WrongFile::text(field)) {
        (Ok(text), _) => Ok(text.to_string()),
        (Err(_), Err(WrongFile::NotUtf8 { encoding: Some(encoding), .. })) => {
            Err(format!("not UTF-8; it seems to be {encoding}"))
        }
        (Err(_), _) => Err("not UTF-8".into()),
    };
    record.iter().map(text).collect()
}

/// The bytes of a file, unpacked if it is gzip.
fn unpacked(file: impl Read + Send + 'static) -> std::io::Result<Box<dyn Read + Send>> {
    let mut input = BufReader::new(file);
    Ok(if input.fill_buf()?.starts_with(&GZIP_MAGIC) {
        Box::new(MultiGzDecoder::new(input))
    } else {
        Box::new(input)
    })
}
