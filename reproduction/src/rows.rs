//! The rows of a data set, as JSON lines or as Parquet.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Error;
use crate::files::{all, files, has_none, is_jsonl, only};
use crate::lines::each_line;

/// The file of JSON lines in `folder` whose name begins with `begin`, or its parts in Parquet, in their
/// order.
pub(crate) fn files_of_rows(folder: &Path, begin: &'static str) -> Result<Vec<PathBuf>, Error> {
    let found = files(folder)?;
    let is_parquet = |name: &str| name.starts_with(begin) && name.ends_with(".parquet");
    match only(folder, &found, begin, |name| is_jsonl(name, begin) || is_parquet(name)) {
        Ok(file) => Ok(vec![file]),
        // Several are parts only if none of them is whole.
        Err(Error::SeveralFiles { .. }) if has_none(&found, |name| is_jsonl(name, begin)) => {
            all(folder, &found, begin, is_parquet)
        }
        Err(other) => Err(other),
    }
}

/// Hands every row of some files to `take`, with its file and its number there.
pub(crate) fn each_row_of<T: DeserializeOwned>(
    parts: &[PathBuf],
    mut take: impl FnMut(T, &Path, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    parts.iter().try_for_each(|part| each_row(part, |row, number| take(row, part, number)))
}

/// Hands every row of a file to `take`, with its number from 1: of JSON lines its line.
pub(crate) fn each_row<T: DeserializeOwned>(
    path: &Path,
    mut take: impl FnMut(T, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let invalid = |line, source| Error::Json { path: path.into(), line, source };
    if path.extension().is_some_and(|extension| extension == "parquet") {
        return each_row_of_parquet(path, &mut |row, number| {
            take(serde_json::from_value(row).map_err(|source| invalid(number, source))?, number)
        });
    }
    each_line(path, &mut |line, number| {
        take(object(line).map_err(|source| invalid(number, source))?, number)
    })
}

/// The row of a line, which is no array: serde would take that for the fields in their order.
fn object<T: DeserializeOwned>(line: &str) -> Result<T, serde_json::Error> {
    if !line.trim_start().starts_with('{') {
        serde_json::from_str::<Map<String, Value>>(line)?;
    }
    serde_json::from_str(line)
}

fn each_row_of_parquet(
    path: &Path,
    take: &mut dyn FnMut(Value, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let invalid = |source| Error::Parquet { path: path.into(), source };
    let file = File::open(path).map_err(Error::io(path))?;
    let file = unless_it_panics(|| SerializedFileReader::new(file)).map_err(invalid)?;
    let mut rows = unless_it_panics(|| file.get_row_iter(None)).map_err(invalid)?;
    for number in 1.. {
        match unless_it_panics(|| rows.next().transpose()).map_err(invalid)? {
            Some(row) => take(row.to_json_value(), number)?,
            None => break,
        }
    }
    Ok(())
}

/// What `read` does; the crate parquet panics on some damaged files, which is an error here. A reader
/// that panicked is not used again.
fn unless_it_panics<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let panicked = |_| Err(ParquetError::General("the file is damaged".into()));
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(panicked)
}
