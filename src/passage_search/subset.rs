//! The passages of some documents.

use jacolbert_search::PassageSubset;

use crate::Error;
use crate::storage::Snapshot;

/// The passages of the documents with these ids.
///
/// # Errors
/// [`Error::UnknownId`].
pub(crate) fn subset_of(
    snapshot: &impl Snapshot,
    ids: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<PassageSubset, Error> {
    let mut passages = Vec::new();
    for id in ids {
        passages.extend(snapshot.passages_of(id.as_ref())?);
    }
    Ok(passages.into_iter().collect())
}
