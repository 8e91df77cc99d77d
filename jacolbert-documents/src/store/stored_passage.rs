//! A passage as it is stored.

/// A stored passage with its document's id and metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredPassage<'a> {
    /// The text of the passage.
    pub text: &'a str,
    /// The id of its document.
    pub document_id: &'a str,
    /// The metadata of its document, as JSON.
    pub metadata: &'a str,
}
