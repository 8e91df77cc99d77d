//! The lines of a text file, plain or gzip, with what is wrong with them.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jacolbert::Query;

use crate::Error;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Hands every line of the file that is not blank to `take`, with its number from 1.
pub(crate) fn each_line(
    path: &Path,
    take: &mut dyn FnMut(&str, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut input = open(path)?;
    let mut buffer = Vec::new();
    let mut number = 0;
    loop {
        buffer.clear();
        number += 1;
        if input.read_until(b'\n', &mut buffer).map_err(Error::io(path))? == 0 {
            return Ok(());
        }
        let decoded = std::str::from_utf8(&buffer);
        let text = decoded.map_err(|_| line_error(path, number, "UTF-8"))?;
        let mut line = text.trim_end_matches(['\n', '\r']);
        if number == 1 {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if !line.trim().is_empty() {
            take(line, number)?;
        }
    }
}

/// The queries of a file whose lines are `id<TAB>text`.
pub(crate) fn topics(path: &Path) -> Result<Vec<Query>, Error> {
    let mut queries = Vec::new();
    let mut ids = HashSet::new();
    each_line(path, &mut |line, number| {
        let expected = "a query: its id, a tab, its text";
        let fields = line.split_once('\t').filter(|(id, _)| !id.is_empty());
        let (id, text) = fields.ok_or_else(|| line_error(path, number, expected))?;
        check_new(path, number, id, &mut ids)?;
        queries.push(Query::new(id, text));
        Ok(())
    })?;
    Ok(queries)
}

/// Refuses an id that `seen` has already.
pub(crate) fn check_new(
    path: &Path,
    line: u64,
    id: &str,
    seen: &mut HashSet<String>,
) -> Result<(), Error> {
    if !seen.insert(id.to_owned()) {
        return Err(Error::DuplicateId { path: path.into(), line, id: id.to_owned() });
    }
    Ok(())
}

pub(crate) fn line_error(path: &Path, line: u64, expected: &'static str) -> Error {
    Error::Line { path: path.into(), line, expected }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Error> {
    let file = File::open(path).map_err(Error::io(path))?;
    let mut input = BufReader::new(file);
    if input.fill_buf().map_err(Error::io(path))?.starts_with(&GZIP_MAGIC) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(input))));
    }
    Ok(Box::new(input))
}
