//! A document of a collection, as it is stored.

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::storage::Snapshot;

/// A document of a collection, as it is stored: its passages and its metadata.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// if let Some(document) = collection.get("fuji")? {
///     println!("{} {} passages", document.metadata, document.passages.len());
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredDocument {
    /// Its id.
    pub id: String,
    /// Its passages, at least one, in the order of the text. Neighbours overlap as the document was
    /// [split](crate::Splitting).
    pub passages: Vec<StoredPassage>,
    /// Its metadata; null if there is none.
    pub metadata: Value,
}

/// A passage of a [`StoredDocument`].
///
/// ```no_run
/// # let collection = jacolbert::Collection::open("my-index")?;
/// let document = collection.get("fuji")?.expect("the document is there");
/// let first: &jacolbert::StoredPassage = &document.passages[0];
/// println!("{} {}", first.passage_id.0, first.content);
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredPassage {
    /// Its id.
    pub passage_id: PassageId,
    /// Its text.
    pub content: String,
}

impl StoredDocument {
    /// The text of the document, if it is a single passage. A document that was split keeps only its passages,
    /// which may overlap, and not where they lay in the text; keep such texts elsewhere, or in the metadata, if
    /// they are needed again.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let document = collection.get("fuji")?.expect("the document is there");
    /// println!("{:?}", document.text());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        match self.passages.as_slice() {
            [passage] => Some(&passage.content),
            _ => None,
        }
    }
}

/// The document with this id; none if the collection does not have it.
pub(crate) fn find_document(
    snapshot: &impl Snapshot,
    id: &str,
) -> Result<Option<StoredDocument>, Error> {
    let mut passages = snapshot.live_passages(id)?;
    passages.sort_unstable();
    let Some(&first) = passages.first() else { return Ok(None) };
    let documents = snapshot.documents();
    let describe = |passage_id: PassageId| {
        let content = documents.passage(passage_id)?.text.into();
        Ok(StoredPassage { passage_id, content })
    };
    let passages = passages.into_iter().map(describe).collect::<Result<Vec<_>, Error>>()?;
    Ok(Some(StoredDocument { id: id.into(), passages, metadata: documents.metadata(first)? }))
}
