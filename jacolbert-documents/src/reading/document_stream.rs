//! The documents of an open file.

use std::io::Read;
use std::path::Path;

use jacolbert_core::{TextError, TextLines, WrongFile};

use super::field_names::FieldNames;
use super::json_line::parse_json;
use super::records::{Record, Records};
use super::seen_lines::SeenLines;
use super::tabbed_fields::Quotes;
use super::tabbed_line::Columns;
use crate::{Document, Error};

/// The documents of an open file, in order; see [`stream_jsonl`](crate::stream_jsonl) and
/// [`stream_tsv`](crate::stream_tsv).
///
/// It ends after its first error: [`Error::Io`], [`Error::Text`], [`Error::Line`] or
/// [`Error::DuplicateLine`]. By default every line that is not a document is one; see
/// [`skip_bad_lines`](Self::skip_bad_lines). About 50 bytes per document stay in memory, to find equal ids.
#[derive(Debug)]
pub struct DocumentStream {
    path: Box<Path>,
    records: Records,
    format: Format,
    names: FieldNames,
    seen: SeenLines,
    max_skipped: usize,
    skipped: Vec<Error>,
    failed: bool,
}

/// How a record is a document.
#[derive(Debug)]
enum Format {
    Json,
    Tabs { columns: Columns, quotes: Quotes },
}

impl Format {
    fn tabs() -> Self {
        Self::Tabs { columns: Columns::default(), quotes: Quotes::default() }
    }
}

impl DocumentStream {
    pub(super) fn json(path: &Path) -> Result<Self, Error> {
        Ok(Self::new(TextLines::open(path)?, Format::Json))
    }

    pub(super) fn tabbed(path: &Path) -> Result<Self, Error> {
        Ok(Self::new(TextLines::open(path)?, Format::tabs()))
    }

    /// The documents of JSON lines that `reader` gives, such as standard input; errors name it by `path`. See
    /// [`read_jsonl`](crate::read_jsonl) for the format.
    ///
    /// ```
    /// use jacolbert_documents::DocumentStream;
    ///
    /// let lines = "{\"id\": \"fuji\", \"text\": \"富士山は高い。\"}\n";
    /// let documents = DocumentStream::from_jsonl("<memory>", lines.as_bytes())?;
    /// assert_eq!(documents.count(), 1);
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn from_jsonl(
        path: impl AsRef<Path>,
        reader: impl Read + Send + 'static,
    ) -> Result<Self, Error> {
        Ok(Self::new(TextLines::from_reader(path.as_ref(), reader)?, Format::Json))
    }

    /// The documents of lines with tabs that `reader` gives, such as standard input; errors name it by `path`. See
    /// [`read_tsv`](crate::read_tsv) for the format.
    ///
    /// ```
    /// use jacolbert_documents::DocumentStream;
    ///
    /// let documents = DocumentStream::from_tsv("<memory>", "fuji\t富士山は高い。\n".as_bytes())?;
    /// assert_eq!(documents.count(), 1);
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn from_tsv(
        path: impl AsRef<Path>,
        reader: impl Read + Send + 'static,
    ) -> Result<Self, Error> {
        Ok(Self::new(TextLines::from_reader(path.as_ref(), reader)?, Format::tabs()))
    }

    fn new(lines: TextLines, format: Format) -> Self {
        Self {
            path: lines.path().into(),
            records: Records::new(lines),
            format,
            names: FieldNames::default(),
            seen: SeenLines::default(),
            max_skipped: 0,
            skipped: Vec::new(),
            failed: false,
        }
    }

    /// Which fields or columns are the id and the text, by default those with the usual names. Lines with tabs
    /// then begin with a line that names the columns, in upper or lower case.
    ///
    /// ```no_run
    /// use jacolbert_documents::{FieldNames, stream_jsonl};
    ///
    /// let names = FieldNames { id: Some("url".into()), text: Some("abstract".into()) };
    /// let documents = stream_jsonl("papers.jsonl")?.fields(names);
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    pub fn fields(mut self, names: FieldNames) -> Self {
        self.names = names;
        self
    }

    /// Skips up to `most` lines that are not documents, by default none; the next one is an error.
    ///
    /// Skipped are lines that are not UTF-8 or cannot be parsed, and documents with an empty id or with the id
    /// of an earlier one. [`skipped`](Self::skipped) lists them; every one takes some memory.
    ///
    /// ```no_run
    /// let mut documents = jacolbert_documents::stream_jsonl("documents.jsonl")?.skip_bad_lines(100);
    /// for document in &mut documents {
    ///     println!("{}", document?.id);
    /// }
    /// for error in documents.skipped() {
    ///     eprintln!("skipped: {error}");
    /// }
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    pub fn skip_bad_lines(mut self, most: usize) -> Self {
        self.max_skipped = most;
        self
    }

    /// Says what quotation marks around fields mean, by default [`Quotes::Detect`]. Without effect on JSON
    /// lines.
    ///
    /// ```no_run
    /// use jacolbert_documents::{Quotes, stream_tsv};
    ///
    /// let documents = stream_tsv("documents.tsv")?.quotes(Quotes::Csv);
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    pub fn quotes(mut self, quotes: Quotes) -> Self {
        if let Format::Tabs { quotes: meaning, .. } = &mut self.format {
            *meaning = quotes;
        }
        self
    }

    /// What was wrong with each line that was skipped so far, with its number.
    pub fn skipped(&self) -> &[Error] {
        &self.skipped
    }

    /// The document of the next record; nothing at the end, `Ok(None)` if the record names columns.
    fn next_record(&mut self) -> Option<Result<Option<Document>, Error>> {
        let record = match self.format {
            Format::Json => self.records.next_line(),
            Format::Tabs { quotes: Quotes::Never, .. } => self.records.next_line(),
            Format::Tabs { quotes, .. } => self.records.next_quoted(quotes),
        };
        match record.transpose()? {
            Ok(record) => Some(self.document(record)),
            Err(error) => Some(Err(error.into())),
        }
    }

    fn document(&mut self, record: Record) -> Result<Option<Document>, Error> {
        let Record { line, text, may_end } = record;
        let parsed = match (&mut self.format, may_end) {
            (_, Some(end)) => Err(format!(
                "the last field begins with a quotation mark: either it is quoted and ends in line {end}, or \
                 line {end} is a document of its own; DocumentStream::quotes says which"
            )),
            (Format::Json, None) => parse_json(&text, &self.names).map(Some),
            (Format::Tabs { columns, quotes }, None) => columns.parse(&text, *quotes, &self.names),
        };
        let document = parsed.and_then(|document| {
            document.as_ref().map_or(Ok(()), |document| check_id(&document.id))?;
            Ok(document)
        });
        let path = || self.path.to_path_buf();
        let document = document.map_err(|what| {
            let wrong = WrongFile::recognise(text.as_bytes());
            let what = wrong.map_or(what, |wrong| format!("the file {wrong}"));
            Error::Line { path: path(), line, what }
        })?;
        if let Some(Document { id, .. }) = &document
            && let Some(first) = self.seen.note(id, line)
        {
            return Err(Error::DuplicateLine { path: path(), line, first, id: id.clone() });
        }
        Ok(document)
    }

    /// Whether the line of `error` is skipped.
    fn skips(&self, error: &Error) -> bool {
        let is_line = matches!(
            error,
            Error::Line { .. }
                | Error::DuplicateLine { .. }
                | Error::Text(TextError::NotUtf8 { .. })
        );
        is_line && self.skipped.len() < self.max_skipped
    }
}

impl Iterator for DocumentStream {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            match self.next_record()? {
                Ok(None) => {}
                Ok(Some(document)) => return Some(Ok(document)),
                Err(error) if self.skips(&error) => self.skipped.push(error),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

fn check_id(id: &str) -> Result<(), String> {
    if id.trim().is_empty() {
        return Err("the id is empty".into());
    }
    if id.contains('\0') {
        return Err("the id has a NUL character".into());
    }
    Ok(())
}
