//! A passage that was found for a query.

use std::collections::HashMap;

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::passage_search::Found;
use crate::scores::Scores;
use crate::storage::Snapshot;

/// A passage that was found for a query.
///
/// ```
/// use jacolbert::Hit;
///
/// let hit: Hit = serde_json::from_str(
///     r#"{"content":"富士山は高い。","score":12.5,"normalised_score":0.39,"rank":1,"document_id":"fuji",
///         "passage_id":0,"passage_number":0,"num_passages":1,"metadata":null}"#,
/// )?;
/// assert_eq!((hit.rank, hit.document_id.as_str()), (1, "fuji"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hit {
    /// The text of the passage.
    pub content: String,
    /// The score by which it is ranked: its MaxSim score, see [`maxsim`](crate::search::maxsim), unless the search is
    /// for words too.
    pub score: f32,
    /// The parts of the score.
    #[serde(default)]
    pub scores: Scores,
    /// The MaxSim score divided by the [number of rows](crate::Hits::num_query_rows) of the query: the mean, over the
    /// tokens of the query, of the cosine with the best token of the passage, at most 1.
    ///
    /// It makes scores of queries of different lengths comparable. It is no probability of being relevant:
    /// unrelated passages often reach 0.9, since tokens of one language are alike. A threshold has to be
    /// measured with queries and documents of one's own, and holds for one model only. A search for words only has 0.
    pub normalised_score: f32,
    /// Its place among the hits, from 1.
    pub rank: usize,
    /// The id of the passage's document.
    pub document_id: String,
    /// The id of the passage, for [`Collection::explain`](crate::Collection::explain).
    pub passage_id: PassageId,
    /// The place of the passage among those of its document, from 0.
    pub passage_number: usize,
    /// Number of passages of its document.
    pub num_passages: usize,
    /// The metadata of the passage's document.
    pub metadata: Value,
}

/// The found passages with what is stored about them; `num_rows` is the number of rows of the query.
pub(crate) fn describe_hits<S: Snapshot>(
    snapshot: &S,
    found: &[Found],
    num_rows: usize,
) -> Result<Vec<Hit>, Error> {
    let documents = snapshot.documents();
    let mut places = PassagePlaces::new(snapshot);
    let describe = |(n, hit): (usize, &Found)| {
        let passage = documents.passage(hit.passage)?;
        let place = places.find(passage.document_id, hit.passage)?;
        Ok(Hit {
            content: passage.text.into(),
            score: hit.score,
            scores: hit.scores,
            normalised_score: hit.scores.normalised(num_rows),
            rank: n + 1,
            document_id: passage.document_id.into(),
            passage_id: hit.passage,
            passage_number: place.number,
            num_passages: place.of,
            metadata: documents.metadata(hit.passage)?,
        })
    };
    found.iter().enumerate().map(describe).collect()
}

/// The place of a passage in its document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PassagePlace {
    /// Number of the passage, from 0.
    pub(crate) number: usize,
    /// Number of passages of the document.
    pub(crate) of: usize,
}

/// Finds places of passages; the passages of each document are looked up once.
pub(crate) struct PassagePlaces<'s, S> {
    snapshot: &'s S,
    passages: HashMap<&'s str, Vec<PassageId>>,
}

impl<'s, S: Snapshot> PassagePlaces<'s, S> {
    pub(crate) fn new(snapshot: &'s S) -> Self {
        Self { snapshot, passages: HashMap::new() }
    }

    /// The place of `passage`, which is not deleted, in its document.
    pub(crate) fn find(
        &mut self,
        document_id: &'s str,
        passage: PassageId,
    ) -> Result<PassagePlace, Error> {
        if !self.passages.contains_key(document_id) {
            let mut passages = self.snapshot.live_passages(document_id)?;
            passages.sort_unstable();
            self.passages.insert(document_id, passages);
        }
        let passages = &self.passages[document_id];
        let number = passages.partition_point(|&other| other < passage);
        Ok(PassagePlace { number, of: passages.len() })
    }
}
