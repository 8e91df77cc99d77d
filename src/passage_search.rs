//! Passages of a state of a collection, by documents and for queries.

use jacolbert_core::Embeddings;
use jacolbert_search::{Hit, PassageSubset, SearchOptions};
use rayon::prelude::*;

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

/// The best passages for each query, of `among` only if it is given.
pub(crate) fn search_all(
    snapshot: &impl Snapshot,
    queries: &[Embeddings],
    among: Option<&PassageSubset>,
    options: &SearchOptions,
) -> Result<Vec<Vec<Hit>>, Error> {
    if among.is_none() {
        return snapshot.search_batch(queries, options);
    }
    let search = |query: &Embeddings| snapshot.search(query.as_ref(), among, options);
    queries.par_iter().map(search).collect()
}
