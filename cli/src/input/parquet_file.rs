//! The documents of a file of Apache Parquet.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use jacolbert::Document;
use parquet::file::reader::SerializedFileReader;
use parquet::record::Row;
use parquet::record::reader::RowIter;
use serde_json::{Map, Value};

use super::left_out::LeftOut;
use super::reading::Reading;
use crate::error::Error;

/// The documents of a file of Apache Parquet: a row is a document, and its columns are fields.
///
/// Lists and structures in columns become arrays and objects of the metadata. Dates and times are texts.
pub(super) struct ParquetFile {
    path: PathBuf,
    rows: RowIter<'static>,
    reading: Reading,
    /// Number of rows read.
    num_rows: u64,
    /// The row of each id.
    seen: HashMap<String, u64>,
    num_skipped: usize,
}

impl ParquetFile {
    pub(super) fn open(path: &Path, reading: Reading) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::file(path, error))?;
        let reader = SerializedFileReader::new(file).map_err(|error| Error::file(path, error))?;
        Ok(Self {
            path: path.into(),
            rows: RowIter::from_file_into(Box::new(reader)),
            reading,
            num_rows: 0,
            seen: HashMap::new(),
            num_skipped: 0,
        })
    }

    /// The document of the next row; those that are skipped go to `left_out`.
    pub(super) fn next(&mut self, left_out: &mut LeftOut) -> Result<Option<Document>, Error> {
        while let Some(row) = self.rows.next() {
            self.num_rows += 1;
            let row = row.map_err(|error| self.fault(error))?;
            match self.document(&row) {
                Ok(document) => return Ok(Some(document)),
                Err(what) if self.num_skipped < self.reading.max_skipped => {
                    self.num_skipped += 1;
                    left_out.add_line(self.fault(what));
                }
                Err(what) => return Err(self.fault(what)),
            }
        }
        Ok(None)
    }

    fn document(&mut self, row: &Row) -> Result<Document, String> {
        let Value::Object(fields) = row.to_json_value() else { return Err("no columns".into()) };
        let fields: Map<String, Value> = fields;
        let document = self.reading.names.document(fields).map_err(|fault| fault.to_string())?;
        if document.id.trim().is_empty() {
            return Err("the id is empty".into());
        }
        match self.seen.entry(document.id.clone()) {
            Entry::Vacant(new) => {
                new.insert(self.num_rows);
                Ok(document)
            }
            Entry::Occupied(first) => {
                Err(format!("the id {:?} is that of row {} too", document.id, first.get()))
            }
        }
    }

    fn fault(&self, what: impl ToString) -> Error {
        let record = format!("row {}", self.num_rows);
        Error::Record { path: self.path.clone(), record, what: what.to_string() }
    }
}

impl fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).finish_non_exhaustive()
    }
}
