//! From the passages found for a query to its best documents.

use std::collections::HashSet;

use jacolbert_core::Embeddings;
use jacolbert_search::{Hit, PassageSubset, SearchOptions};

use crate::Error;
use crate::passage_search::search_all;
use crate::storage::Snapshot;

/// A document with the score of its best passage.
pub(crate) type ScoredDocument = (String, f32);

/// The best `options.k` documents for each query, of the passages `among` only if they are given.
pub(crate) fn rank_documents(
    snapshot: &impl Snapshot,
    queries: &[Embeddings],
    among: Option<&PassageSubset>,
    options: &SearchOptions,
) -> Result<Vec<Vec<ScoredDocument>>, Error> {
    let found = search_all(snapshot, queries, among, options)?;
    let ranked = queries.iter().zip(found);
    ranked.map(|(query, hits)| best_documents(snapshot, query, hits, among, options)).collect()
}

/// The best documents, where `hits` are as many best passages. These may belong to fewer documents;
/// then more passages are searched until there are enough documents or no more passages.
fn best_documents(
    snapshot: &impl Snapshot,
    query: &Embeddings,
    mut hits: Vec<Hit>,
    among: Option<&PassageSubset>,
    options: &SearchOptions,
) -> Result<Vec<ScoredDocument>, Error> {
    let k = options.k;
    let mut asked = k;
    loop {
        let documents = first_documents(snapshot, &hits, k)?;
        if documents.len() == k || hits.len() < asked {
            return Ok(documents);
        }
        asked = asked.saturating_mul(2);
        let deeper = SearchOptions { k: asked, ..options.clone() };
        hits = snapshot.search(query.as_ref(), among, &deeper)?;
    }
}

/// The first `k` documents among those of `hits`, each with the score of its first passage.
fn first_documents(
    snapshot: &impl Snapshot,
    hits: &[Hit],
    k: usize,
) -> Result<Vec<ScoredDocument>, Error> {
    let mut seen = HashSet::new();
    let mut documents = Vec::new();
    for hit in hits {
        let id = snapshot.documents().passage(hit.passage)?.document_id;
        if documents.len() < k && seen.insert(id) {
            documents.push((id.to_owned(), hit.score));
        }
    }
    Ok(documents)
}
