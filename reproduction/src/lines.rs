//! The lines of a text file, plain or gzip, with what is wrong with them.

use std::collections::HashSet;
use std::path::Path;

use jacolbert::Query;
use jacolbert_core::TextLines;

use crate::Error;

/// Hands every line of the file that is not blank to `take`, with its number from 1.
pub(crate) fn each_line(
    path: &Path,
    take: &mut dyn FnMut(&str, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lines = TextLines::open(path)?;
    while let Some(line) = lines.next_line()? {
        take(line.text, line.number as u64)?;
    }
    Ok(())
}

/// The queries of a file whose lines are `id<TAB>text`; the names of the columns may stand above them.
pub(crate) fn topics(path: &Path) -> Result<Vec<Query>, Error> {
    let mut queries = Vec::new();
    let mut ids = HashSet::new();
    let mut is_first = true;
    each_line(path, &mut |line, number| {
        let expected = "a query: its id, a tab, its text";
        let fields = line.split_once('\t').filter(|(id, _)| !id.is_empty());
        let (id, text) = fields.ok_or_else(|| line_error(path, number, expected))?;
        let is_header = is_first && is_header(id, text);
        is_first = false;
        if is_header {
            return Ok(());
        }
        if id.starts_with('"') {
            let expected = "an id without quotes, which may be part of it or stand around it";
            return Err(line_error(path, number, expected));
        }
        check_new(path, number, id, &mut ids)?;
        queries.push(Query::new(id, text));
        Ok(())
    })?;
    Ok(queries)
}

/// Whether these are the names of a query's columns.
fn is_header(id: &str, text: &str) -> bool {
    let normal = |name: &str| name.trim().replace('-', "_").to_lowercase();
    ["id", "_id", "qid", "q_id", "query_id"].contains(&normal(id).as_str())
        && ["text", "query", "question", "topic"].contains(&normal(text).as_str())
}

/// Refuses an id that is empty, that other programs would cut, or that `seen` has already.
pub(crate) fn check_new(
    path: &Path,
    line: u64,
    id: &str,
    seen: &mut HashSet<String>,
) -> Result<(), Error> {
    if id.is_empty() || id.contains('\0') {
        return Err(line_error(path, line, "an id that is not empty and has no U+0000"));
    }
    if !seen.insert(id.to_owned()) {
        return Err(Error::DuplicateId { path: path.into(), line, id: id.to_owned() });
    }
    Ok(())
}

pub(crate) fn line_error(path: &Path, line: u64, expected: &'static str) -> Error {
    Error::Line { path: path.into(), line, expected }
}
