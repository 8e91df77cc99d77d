//! Hits, as users read them.

use jacolbert_index::PassageId;
use serde_json::Value;

use crate::Error;
use jacolbert_documents::Documents;

/// A passage that was found for a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The text of the passage.
    pub content: String,
    /// Its MaxSim score; see [`maxsim`](crate::search::maxsim).
    pub score: f32,
    /// Its place among the hits, from 1.
    pub rank: usize,
    /// The document that the passage is a part of.
    pub document_id: String,
    /// The passage.
    pub passage_id: PassageId,
    /// What the document came with.
    pub metadata: Value,
}

/// A text that was reranked for a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Reranked {
    /// The text.
    pub content: String,
    /// Its MaxSim score; see [`maxsim`](crate::search::maxsim).
    pub score: f32,
    /// Its place now, from 1.
    pub rank: usize,
    /// Its place among the texts given, from 0.
    pub position: usize,
}

/// The hits with what `documents` know of them.
pub(crate) fn described<B: AsRef<[u8]>>(
    hits: &[jacolbert_search::Hit],
    documents: &Documents<B>,
) -> Result<Vec<Hit>, Error> {
    let describe = |(n, hit): (usize, &jacolbert_search::Hit)| {
        let passage = documents.passage(hit.passage)?;
        Ok(Hit {
            content: passage.text.into(),
            score: hit.score,
            rank: n + 1,
            document_id: passage.document_id.into(),
            passage_id: hit.passage,
            metadata: documents.metadata(hit.passage)?,
        })
    };
    hits.iter().enumerate().map(describe).collect()
}
