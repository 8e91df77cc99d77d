//! Reading documents from files of JSON lines or of lines with tabs.

mod document_stream;
mod field_fault;
mod field_names;
mod json_line;
mod records;
mod seen_lines;
mod tabbed_fields;
mod tabbed_line;

use std::path::Path;

use crate::{Document, Error};

pub use document_stream::DocumentStream;
pub use field_fault::FieldFault;
pub use field_names::FieldNames;
pub use tabbed_fields::Quotes;

/// The documents of a file of JSON lines, each an object with an id and a text.
///
/// - The id is a string or an integer, whose decimal digits it then is, in the field `id` or `_id`; the text
///   is a string in the field `text`. If there is none of these, `docid`, `doc_id`, `document_id`, `pid`,
///   `passage_id`, `corpus_id` or `corpus-id` is the id, and `contents`, `content`, `passage`, `body` or
///   `document` the text.
/// - `metadata` is any JSON value. All other fields, `title` for one, become fields of the metadata too. A
///   field that is `null` is as one that is not there.
/// - The file may be gzip, begin with a byte order mark, and have lines that end as on Windows. Blank lines
///   are skipped.
///
/// What has two meanings is refused: the same id on two lines, the same field twice in an object, `id` and
/// `_id` that differ, a `metadata` without room for other fields.
///
/// A title is not searched, since it is metadata. If it should be, put it in front of the text, as BEIR does:
///
/// ```no_run
/// let mut documents = jacolbert_documents::read_jsonl("corpus.jsonl")?;
/// for document in &mut documents {
///     if let Some(title) = document.metadata["title"].as_str() {
///         document.text = format!("{title} {}", document.text);
///     }
/// }
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`], [`Error::Text`], [`Error::Line`] with the line that is not a document, and
/// [`Error::DuplicateLine`].
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
    DocumentStream::json(path.as_ref())
}

/// The documents of a file whose lines are `id<TAB>text` or `id<TAB>text<TAB>title`.
///
/// - The first line may name the columns, as in `id<TAB>text`, with the names that [`read_jsonl`] knows. The
///   columns may then be in another order, and further ones become fields of the metadata. A first column
///   without a name is the index that pandas writes, and is left out.
/// - The title becomes the field `title` of the metadata, so that it is not searched. colbert-ai encodes
///   `title | text`; to do so too, make `text` of both as in the example of [`read_jsonl`].
/// - Fields may be quoted as pandas and Python's `csv` write them: an id in quotation marks, or a field with a
///   tab, a line end or a doubled quotation mark between two quotation marks. A line end within a field
///   becomes a line feed. Other quotation marks are part of the text; see [`Quotes`].
/// - The file may be gzip, begin with a byte order mark, and have lines that end as on Windows or as on old
///   Macs. Blank lines are skipped.
///
/// ```no_run
/// let documents = jacolbert_documents::read_tsv("documents.tsv")?;
/// println!("{} documents", documents.len());
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Errors
/// As [`read_jsonl`].
pub fn read_tsv(path: impl AsRef<Path>) -> Result<Vec<Document>, Error> {
    stream_tsv(path)?.collect()
}

/// The documents of a file with tabs, one after the other. See [`read_tsv`] for the format.
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
    DocumentStream::tabbed(path.as_ref())
}
