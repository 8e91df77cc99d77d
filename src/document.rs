//! Documents, as users bring them.

use std::collections::HashSet;

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
    let mut seen = HashSet::with_capacity(documents.len());
    for (position, document) in documents.iter().enumerate() {
        if document.id.is_empty() {
            return Err(Error::EmptyId { position });
        }
        if !seen.insert(document.id.as_str()) {
            return Err(Error::DuplicateId { id: document.id.clone(), position });
        }
    }
    Ok(())
}
