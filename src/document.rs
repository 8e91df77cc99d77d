//! Documents, as users bring them.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use jacolbert_eval::BeirDocument;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// A text with a name of its own.
///
/// ```
/// use jacolbert::Document;
/// use serde_json::json;
///
/// let document = Document::new("fuji", "富士山は日本で最も高い山である。")
///     .with_metadata(json!({ "subject": "地理" }));
/// assert_eq!(document.metadata["subject"], "地理");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its name: not empty, and no other document of the collection has it.
    pub id: String,
    /// What is searched. It may be empty.
    pub text: String,
    /// Anything the user wants back with a hit; null if nothing.
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

/// Without its title; a document that is to be searched by it has `title_and_text` as its text.
impl From<BeirDocument> for Document {
    fn from(BeirDocument { id, text, .. }: BeirDocument) -> Self {
        Self::new(id, text)
    }
}

/// Checks that every id is there and none is there twice.
pub(crate) fn check_ids(documents: &[Document]) -> Result<(), Error> {
    let mut ids = SeenIds::default();
    let mut numbered = documents.iter().enumerate();
    numbered.try_for_each(|(position, document)| ids.check(position, &document.id))
}

/// `documents` as they come, up to the first that cannot be read or whose id is empty or taken.
pub(crate) fn with_checked_ids<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    documents: impl Iterator<Item = Result<Document, E>> + Send,
) -> impl Iterator<Item = Result<Document, Error>> + Send {
    let mut ids = SeenIds::default();
    documents.enumerate().map(move |(position, document)| {
        let document =
            document.map_err(|source| Error::Document { position, source: source.into() })?;
        ids.check(position, &document.id)?;
        Ok(document)
    })
}

/// The ids of the documents so far, of which there may be millions: 128 bits of each, hashed with keys
/// drawn for this set. Two of a billion ids are alike in them once in 10^20 sets.
#[derive(Debug, Default)]
struct SeenIds {
    keys: [RandomState; 2],
    seen: HashSet<[u64; 2]>,
}

impl SeenIds {
    fn check(&mut self, position: usize, id: &str) -> Result<(), Error> {
        if id.is_empty() {
            return Err(Error::EmptyId { position });
        }
        if !self.seen.insert(self.keys.each_ref().map(|key| key.hash_one(id))) {
            return Err(Error::DuplicateId { id: id.into(), position });
        }
        Ok(())
    }
}
