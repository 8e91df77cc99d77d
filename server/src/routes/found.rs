//! What a search found, as answers have it.

use jacolbert::{DocumentHit, FoundPassage, Hit, Hits, Scores};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What was found for a query, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found<T: ToSchema> {
    hits: Vec<T>,
    /// Rows of the query: a score is a sum of as many cosines.
    num_query_rows: usize,
    /// Tokens at the end of the query that the model did not read because the query was too long.
    tokens_cut: usize,
}

/// The parts of a score, as far as the search computed them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScoresBody {
    /// MaxSim.
    late_interaction: Option<f32>,
    bm25: Option<f64>,
    /// What a hybrid search made of both.
    fused: Option<f64>,
}

impl From<Scores> for ScoresBody {
    fn from(scores: Scores) -> Self {
        let Scores { late_interaction, bm25, fused, .. } = scores;
        Self { late_interaction, bm25, fused }
    }
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitBody {
    /// Its place, from 1.
    rank: usize,
    /// That by which it is ranked: MaxSim, unless the search is hybrid.
    score: f32,
    scores: ScoresBody,
    /// The score divided by the number of rows of the query, at most 1.
    normalised_score: f32,
    document_id: String,
    /// For `explain`.
    passage_id: u32,
    /// Its place among the passages of the document, from 0.
    passage_number: usize,
    num_passages: usize,
    content: String,
    metadata: Value,
}

/// A document that was found, with its best passages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentHitBody {
    /// Its place, from 1.
    rank: usize,
    /// The score of its best passage.
    score: f32,
    /// The score divided by the number of rows of the query, at most 1.
    normalised_score: f32,
    document_id: String,
    num_passages: usize,
    passages: Vec<FoundPassageBody>,
    metadata: Value,
}

/// A passage of a document that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPassageBody {
    score: f32,
    scores: ScoresBody,
    passage_id: u32,
    /// Its place among the passages of the document, from 0.
    passage_number: usize,
    content: String,
}

impl<T: ToSchema> Found<T> {
    pub(crate) fn new<H: Into<T>>(hits: Hits<H>) -> Self {
        let num_query_rows = hits.num_query_rows();
        let tokens_cut = hits.tokens_cut();
        let hits = hits.into_iter().map(Into::into).collect();
        Self { hits, num_query_rows, tokens_cut }
    }
}

impl From<Hit> for HitBody {
    fn from(hit: Hit) -> Self {
        Self {
            rank: hit.rank,
            score: hit.score,
            scores: hit.scores.into(),
            normalised_score: hit.normalised_score,
            document_id: hit.document_id,
            passage_id: hit.passage_id.0,
            passage_number: hit.passage_number,
            num_passages: hit.num_passages,
            content: hit.content,
            metadata: hit.metadata,
        }
    }
}

impl From<DocumentHit> for DocumentHitBody {
    fn from(hit: DocumentHit) -> Self {
        Self {
            rank: hit.rank,
            score: hit.score,
            normalised_score: hit.normalised_score,
            document_id: hit.document_id,
            num_passages: hit.num_passages,
            passages: hit.passages.into_iter().map(FoundPassageBody::from).collect(),
            metadata: hit.metadata,
        }
    }
}

impl From<FoundPassage> for FoundPassageBody {
    fn from(passage: FoundPassage) -> Self {
        Self {
            score: passage.score,
            scores: passage.scores.into(),
            passage_id: passage.passage_id.0,
            passage_number: passage.passage_number,
            content: passage.content,
        }
    }
}
