//! A document that was found for a query, with its best passages.

use std::collections::HashMap;

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::passage_hit::PassagePlaces;
use crate::passage_search::Found;
use crate::scores::Scores;
use crate::storage::Snapshot;

/// A document that was found for a query, with its best passages.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// for document in &collection.query("一番高い山は？").by_document(2).search()? {
///     println!("{} {:.2} {}", document.rank, document.score, document.document_id);
///     for passage in &document.passages {
///         println!("  {} of {}: {}", passage.passage_number + 1, document.num_passages, passage.content);
///     }
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DocumentHit {
    /// Its id.
    pub document_id: String,
    /// The score of its best passage.
    pub score: f32,
    /// The MaxSim score of its best passage divided by the number of rows of the query; see
    /// [`Hit::normalised_score`](crate::Hit::normalised_score).
    pub normalised_score: f32,
    /// Its place among the documents, from 1.
    pub rank: usize,
    /// Number of its passages, found or not.
    pub num_passages: usize,
    /// Its best passages, best first.
    pub passages: Vec<FoundPassage>,
    /// Its metadata.
    pub metadata: Value,
}

/// A passage of a [`DocumentHit`].
///
/// ```no_run
/// # let collection = jacolbert::Collection::open("my-index")?;
/// let documents = collection.query("一番高い山は？").by_document(1).search()?;
/// let best: Option<&jacolbert::FoundPassage> = documents[0].passages.first();
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FoundPassage {
    /// Its text.
    pub content: String,
    /// The score by which it is ranked, its MaxSim score unless the search is for words too.
    pub score: f32,
    /// The parts of the score.
    #[serde(default)]
    pub scores: Scores,
    /// Its id, for [`Collection::explain`](crate::Collection::explain).
    pub passage_id: PassageId,
    /// Its place among the passages of the document, from 0.
    pub passage_number: usize,
}

/// The documents of the passages `found`, which are all of theirs, in the order of the best passage of each;
/// with up to `max_passages` of the best. `num_rows` is the number of rows of the query.
pub(crate) fn describe_documents<S: Snapshot>(
    snapshot: &S,
    found: &[Found],
    max_passages: usize,
    num_rows: usize,
) -> Result<Vec<DocumentHit>, Error> {
    let documents = snapshot.documents();
    let mut places = PassagePlaces::new(snapshot);
    let mut ranks: HashMap<&str, usize> = HashMap::new();
    let mut hits: Vec<DocumentHit> = Vec::new();
    for hit in found {
        let stored = documents.passage(hit.passage)?;
        let place = places.find(stored.document_id, hit.passage)?;
        let rank = *ranks.entry(stored.document_id).or_insert(hits.len() + 1);
        if rank > hits.len() {
            hits.push(DocumentHit {
                document_id: stored.document_id.into(),
                score: hit.score,
                normalised_score: hit.scores.normalised(num_rows),
                rank,
                num_passages: place.of,
                passages: Vec::new(),
                metadata: documents.metadata(hit.passage)?,
            });
        }
        let passages = &mut hits[rank - 1].passages;
        if passages.len() < max_passages {
            passages.push(FoundPassage {
                content: stored.text.into(),
                score: hit.score,
                scores: hit.scores,
                passage_id: hit.passage,
                passage_number: place.number,
            });
        }
    }
    Ok(hits)
}
