//! Reading documents from files of JSON lines or of lines with tabs.

use std::fs::File;
use std::io::{BufRead, BufReader, Split};
use std::iter::Enumerate;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{Document, Error};

/// The documents of a file of JSON lines, each an object with the strings `id` (or `_id`) and `text`.
///
/// The metadata is the value of `metadata`; without such a field it is an object of all other fields.
/// Empty lines are skipped.
///
/// ```no_run
/// let documents = jacolbert_documents::read_jsonl("documents.jsonl")?;
/// println!("{} documents", documents.len());
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`], and [`Error::Line`] with the line that is not a document.
pub fn read_jsonl(path: impl AsRef<Path>) -> Result<Vec<Document>, Error> {
    stream_jsonl(path)?.collect()
}

/// The documents of a file of JSON lines, one after the other, so that a large file is never in memory
/// as a whole. See [`read_jsonl`] for the format.
///
/// ```no_run
/// for document in jacolbert_documents::stream_jsonl("documents.jsonl")? {
///     println!("{}", document?.id);
/// }
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened.
pub fn stream_jsonl(path: impl AsRef<Path>) -> Result<DocumentStream, Error> {
    DocumentStream::open(path.as_ref(), parse_json)
}

/// The documents of a file whose lines are `id<TAB>text`. Empty lines are skipped.
///
/// ```no_run
/// let documents = jacolbert_documents::read_tsv("documents.tsv")?;
/// println!("{} documents", documents.len());
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`], and [`Error::Line`] with the line that is not a document.
pub fn read_tsv(path: impl AsRef<Path>) -> Result<Vec<Document>, Error> {
    stream_tsv(path)?.collect()
}

/// The documents of a file whose lines are `id<TAB>text`, one after the other.
///
/// ```no_run
/// for document in jacolbert_documents::stream_tsv("documents.tsv")? {
///     println!("{}", document?.id);
/// }
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened.
pub fn stream_tsv(path: impl AsRef<Path>) -> Result<DocumentStream, Error> {
    DocumentStream::open(path.as_ref(), parse_tabs)
}

/// The documents of an open file, one per non-empty line; see [`stream_jsonl`] and [`stream_tsv`].
///
/// It ends after its first error, which is [`Error::Io`] or [`Error::Line`].
#[derive(Debug)]
pub struct DocumentStream {
    path: PathBuf,
    lines: Enumerate<Split<BufReader<File>>>,
    parse: ParseLine,
    failed: bool,
}

/// Makes a document of a line, or says what is wrong with it.
type ParseLine = fn(&str) -> Result<Document, String>;

impl DocumentStream {
    fn open(path: &Path, parse: ParseLine) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let lines = BufReader::new(file).split(b'\n').enumerate();
        Ok(Self { path: path.into(), lines, parse, failed: false })
    }

    /// The document of line `n` from 0, if the line is not empty.
    fn document(&self, n: usize, line: &[u8]) -> Result<Option<Document>, Error> {
        let at = |what| Error::Line { path: self.path.clone(), line: n + 1, what };
        let line = std::str::from_utf8(line).map_err(|_| at("not UTF-8".into()))?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| n == 0).unwrap_or(line);
        if line.is_empty() { Ok(None) } else { (self.parse)(line).map(Some).map_err(at) }
    }
}

impl Iterator for DocumentStream {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let (n, line) = self.lines.next()?;
            let line = line.map_err(|source| Error::io(&self.path, source));
            let document = line.and_then(|line| self.document(n, &line)).transpose();
            self.failed = matches!(document, Some(Err(_)));
            if document.is_some() {
                return document;
            }
        }
        None
    }
}

/// Some programs write it at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn parse_json(line: &str) -> Result<Document, String> {
    let fields = serde_json::from_str(line).map_err(|cause| with_column(&cause));
    let mut fields: Map<String, Value> = fields?;
    let key = if fields.contains_key("_id") && !fields.contains_key("id") { "_id" } else { "id" };
    let id = take_string(&mut fields, key)?;
    let text = take_string(&mut fields, "text")?;
    let metadata = match fields.remove("metadata") {
        Some(metadata) => metadata,
        None if fields.is_empty() => Value::Null,
        None => Value::Object(fields),
    };
    Ok(Document { id, text, metadata })
}

/// What is wrong and in which column. The parser's own number of the line is always 1.
fn with_column(cause: &serde_json::Error) -> String {
    let message = cause.to_string();
    let place = format!(" at line {} column {}", cause.line(), cause.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    format!("{message} at column {}", cause.column())
}

fn parse_tabs(line: &str) -> Result<Document, String> {
    let (id, text) = line.split_once('\t').ok_or("no tab between id and text")?;
    Ok(Document::new(id, text))
}

fn take_string(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("{name} is {other}, not a string")),
        None => Err(format!("{name} is missing")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn written(content: &str) -> Result<tempfile::NamedTempFile, std::io::Error> {
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), content)?;
        Ok(file)
    }

    #[test]
    fn json_lines_become_documents() -> Result<(), Box<dyn std::error::Error>> {
        let file = written(
            "{\"id\":\"a\",\"text\":\"一\"}\n\n{\"_id\":\"b\",\"text\":\"\",\"title\":\"二\"}\n\
             {\"id\":\"c\",\"text\":\"三\",\"metadata\":[1]}",
        )?;
        let expected = [
            Document::new("a", "一"),
            Document::new("b", "").with_metadata(json!({ "title": "二" })),
            Document::new("c", "三").with_metadata(json!([1])),
        ];
        assert_eq!(read_jsonl(file.path())?, expected);
        Ok(())
    }

    #[test]
    fn lines_with_tabs_become_documents() -> Result<(), Box<dyn std::error::Error>> {
        let file = written("\u{feff}a\t一\tの続き\r\nb\t\n\t\n")?;
        let documents = [("a", "一\tの続き"), ("b", ""), ("", "")];
        let expected = documents.map(|(id, text)| Document::new(id, text));
        assert_eq!(read_tsv(file.path())?, expected);
        Ok(())
    }

    #[test]
    fn bad_lines_are_named() -> Result<(), Box<dyn std::error::Error>> {
        for bad in ["{", "[]", "{\"text\":\"\"}", "{\"id\":1,\"text\":\"\"}", "{\"id\":\"\"}"] {
            let file = written(&format!("{{\"id\":\"a\",\"text\":\"\"}}\n{bad}\n"))?;
            let error = read_jsonl(file.path());
            assert!(matches!(error, Err(Error::Line { line: 2, .. })), "{bad}: {error:?}");
        }
        let file = written("{\"id\":\"a\",\"text\":\"\"}\n{\"id\"\n")?;
        let message = read_jsonl(file.path()).expect_err("no object").to_string();
        let expected = " line 2: EOF while parsing an object at column 5";
        assert!(message.ends_with(expected), "{message}");
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), b"a\tb\n\x93\xfa\t\x96\x7b\n")?;
        assert!(matches!(read_tsv(file.path()), Err(Error::Line { line: 2, .. })));
        let file = written("a\tb\nno tab\n")?;
        assert!(matches!(read_tsv(file.path()), Err(Error::Line { line: 2, .. })));
        assert!(matches!(read_tsv(Path::new("missing")), Err(Error::Io { .. })));
        Ok(())
    }
}
