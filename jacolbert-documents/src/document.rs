//! Documents, as users bring them, and their checks.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, PassageFault};

/// A text with an id of its own, and optional metadata.
///
/// ```
/// use jacolbert_documents::Document;
/// use serde_json::json;
///
/// let document = Document::new("fuji", "富士山は日本で最も高い山である。")
///     .with_metadata(json!({ "subject": "地理" }));
/// assert_eq!(document.metadata["subject"], "地理");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its id: not empty, and unique in its collection.
    pub id: String,
    /// The text that is searched. It may be empty.
    ///
    /// A text without content, empty or of punctuation only, is a passage like any other: it has vectors,
    /// those of its markers, and may rank high. To avoid that, leave such documents out, for example with
    /// `documents.retain(|document| document.text.chars().any(char::is_alphanumeric))`.
    pub text: String,
    /// Any JSON value, returned with every hit; null if there is none. Arrays and objects may lie in each other up to
    /// [`MAX_METADATA_DEPTH`].
    #[serde(default)]
    pub metadata: Value,
}

impl Document {
    /// A document without metadata.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), metadata: Value::Null }
    }

    /// The same document with `metadata`.
    pub fn with_metadata(self, metadata: Value) -> Self {
        Self { metadata, ..self }
    }
}

/// How deep arrays and objects of metadata may lie in each other: as deep as JSON can be read back.
pub const MAX_METADATA_DEPTH: usize = 127;

/// Checks that metadata can be read back; `id` is that of its document.
///
/// ```
/// use jacolbert_documents::{Error, check_metadata};
/// use serde_json::{Value, json};
///
/// let deep = (0..200).fold(Value::Null, |inner, _| json!([inner]));
/// assert!(matches!(check_metadata("fuji", &deep), Err(Error::DeepMetadata { .. })));
/// assert!(check_metadata("fuji", &json!({ "tags": ["山"] })).is_ok());
/// ```
///
/// # Errors
/// [`Error::DeepMetadata`] beyond [`MAX_METADATA_DEPTH`].
pub fn check_metadata(id: impl AsRef<str>, metadata: &Value) -> Result<(), Error> {
    if is_deeper(metadata, MAX_METADATA_DEPTH) {
        let (id, limit) = (id.as_ref().into(), MAX_METADATA_DEPTH);
        return Err(Error::DeepMetadata { id, limit });
    }
    Ok(())
}

/// Whether more than `levels` arrays and objects lie in each other.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(values) => Box::new(values.iter()),
        Value::Object(fields) => Box::new(fields.values()),
        _ => return false,
    };
    levels == 0 || inner.any(|value| is_deeper(value, levels - 1))
}

/// Checks that no id is empty, all ids differ, and metadata can be read back.
///
/// ```
/// use jacolbert_documents::{Document, Error, check_documents};
///
/// let documents = [Document::new("a", "一"), Document::new("a", "二")];
/// assert!(matches!(check_documents(&documents), Err(Error::DuplicateId { position: 1, .. })));
/// ```
///
/// # Errors
/// [`Error::EmptyId`], [`Error::DuplicateId`] or [`Error::DeepMetadata`], for the first document at fault.
pub fn check_documents<D: Borrow<Document>>(documents: &[D]) -> Result<(), Error> {
    let mut seen = SeenIds::default();
    let mut numbered = documents.iter().enumerate();
    numbered.try_for_each(|(position, document)| seen.check(position, document.borrow()))
}

/// Checks that `passages` are ranges of bytes of the text of `document`, each with a character.
///
/// Only an empty text may have no passage or an empty one.
///
/// ```
/// use jacolbert_documents::{Document, check_passages};
///
/// let document = Document::new("a", "一二");
/// assert!(check_passages(&document, &[0..3, 3..6]).is_ok());
/// assert!(check_passages(&document, &[0..2]).is_err());
/// ```
///
/// # Errors
/// [`Error::Passage`] for the first range that is no passage.
pub fn check_passages(document: &Document, passages: &[Range<usize>]) -> Result<(), Error> {
    let text = document.text.as_str();
    let fault_of = |range: &Range<usize>| {
        let len = text.len();
        if range.start > len || range.end > len {
            Some(PassageFault::OutOfBounds { len })
        } else if range.is_empty() && !text.is_empty() {
            Some(PassageFault::Empty)
        } else if text.get(range.clone()).is_none() {
            Some(PassageFault::InsideCharacter)
        } else {
            None
        }
    };
    let fault = |range: &Range<usize>, fault| {
        Err(Error::Passage { id: document.id.clone(), range: range.clone(), fault })
    };
    if passages.is_empty() && !text.is_empty() {
        return fault(&(0..text.len()), PassageFault::NoPassage);
    }
    match passages.iter().find_map(|range| Some((range, fault_of(range)?))) {
        Some((range, found)) => fault(range, found),
        None => Ok(()),
    }
}

/// `documents` as they come, each checked as [`check_documents`] does.
///
/// About 40 bytes per document stay in memory, to find equal ids.
///
/// ```
/// use jacolbert_documents::{Document, Error, checked_documents};
///
/// let documents = ["a", "b", "a"].map(|id| Ok::<_, Error>(Document::new(id, "文")));
/// let checked: Vec<_> = checked_documents(documents.into_iter()).collect();
/// assert!(checked[1].is_ok());
/// assert!(matches!(checked[2], Err(Error::DuplicateId { position: 2, .. })));
/// ```
///
/// # Errors
/// The items are [`Error::Document`] where `documents` has an error, [`Error::EmptyId`], [`Error::DuplicateId`] or
/// [`Error::DeepMetadata`].
pub fn checked_documents<D, E>(
    documents: impl Iterator<Item = Result<D, E>>,
) -> impl Iterator<Item = Result<D, Error>>
where
    D: Borrow<Document>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut seen = SeenIds::default();
    documents.enumerate().map(move |(position, document)| {
        let document =
            document.map_err(|source| Error::Document { position, source: source.into() })?;
        seen.check(position, document.borrow())?;
        Ok(document)
    })
}

/// Hashes ids to 128 bits with keys of its own, since there may be millions of ids. The chance that two of a
/// billion collide is about 10^-20.
#[derive(Debug, Default)]
pub(crate) struct IdHasher {
    keys: [RandomState; 2],
}

impl IdHasher {
    pub(crate) fn hash(&self, id: &str) -> [u64; 2] {
        self.keys.each_ref().map(|key| key.hash_one(id))
    }
}

/// The ids so far.
#[derive(Debug, Default)]
struct SeenIds {
    hasher: IdHasher,
    seen: HashSet<[u64; 2]>,
}

impl SeenIds {
    fn check(&mut self, position: usize, document: &Document) -> Result<(), Error> {
        let id = document.id.as_str();
        if id.is_empty() {
            return Err(Error::EmptyId { position });
        }
        if !self.seen.insert(self.hasher.hash(id)) {
            return Err(Error::DuplicateId { id: id.into(), position });
        }
        check_metadata(id, &document.metadata)
    }
}
