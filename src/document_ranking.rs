//! From the passages found for a question to its best documents.

use std::collections::HashSet;

use crate::Error;
use crate::passage_search::{Found, PassageSearch, Question, Questions};
use crate::storage::Snapshot;

/// A document with the score of its best passage.
pub(crate) type ScoredDocument = (String, f32);

/// The best documents for each question, as many as the options of the search say.
pub(crate) fn rank_documents<S: Snapshot>(
    search: &PassageSearch<'_, S>,
    questions: &Questions<'_>,
) -> Result<Vec<Vec<ScoredDocument>>, Error> {
    let ranked = questions.iter().zip(search.best_of_each(questions)?);
    ranked.map(|(question, found)| best_documents(search, question, found)).collect()
}

/// The best documents, where `found` are as many best passages. These may belong to fewer documents;
/// then more passages are searched until there are enough documents or no more passages.
fn best_documents<S: Snapshot>(
    search: &PassageSearch<'_, S>,
    question: Question<'_>,
    mut found: Vec<Found>,
) -> Result<Vec<ScoredDocument>, Error> {
    let k = search.options.k;
    let mut asked = k;
    loop {
        let documents = first_documents(search.snapshot, &found, k)?;
        if documents.len() == k || found.len() < asked {
            return Ok(documents);
        }
        asked = asked.saturating_mul(2);
        found = search.best(question, asked)?;
    }
}

/// The first `k` documents among those of `found`, each with the score of its first passage.
fn first_documents(
    snapshot: &impl Snapshot,
    found: &[Found],
    k: usize,
) -> Result<Vec<ScoredDocument>, Error> {
    let mut seen = HashSet::new();
    let mut documents = Vec::new();
    for hit in found {
        let id = snapshot.documents().passage(hit.passage)?.document_id;
        if documents.len() < k && seen.insert(id) {
            documents.push((id.to_owned(), hit.score));
        }
    }
    Ok(documents)
}
