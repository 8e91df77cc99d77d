//! Reranking texts, as the clients of Cohere and Jina ask for it.
//!
//! | | `/v1/rerank` | `/v2/rerank` |
//! |---|---|---|
//! | clients | Jina, Cohere v1 | Cohere v2 |
//! | a document | text, or an object with texts | text |
//! | the answer has the documents | unless `return_documents` is false | no |

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::State;
use jacolbert::{Hits, Reranked, Retriever, Splitting};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::rerank_document::RerankDocument;
use crate::app::{App, check};
use crate::fault::{Fault, FaultBody};
use crate::json_body::JsonBody;

/// The name of the model of the server in answers.
const DEFAULT_MODEL: &str = "default";

/// Texts to rerank. Fields that only steer other services are accepted and have no effect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RerankRequest {
    /// The name of a collection, whose model then reranks; other names stand for the model of the server.
    model: Option<String>,
    query: String,
    documents: Vec<RerankDocument>,
    /// Maximum number of results; by default all.
    top_n: Option<usize>,
    /// The fields of objects that are read, joined by lines; by default `text`.
    rank_fields: Option<Vec<String>>,
    /// Whether results have their documents.
    return_documents: Option<bool>,
    /// If above 1, long texts are split into parts of whole sentences, of which the best counts. By default, the model
    /// does not read the end of a text that is too long.
    max_chunks_per_doc: Option<usize>,
    /// No effect: a model reads as many tokens as it can.
    #[serde(rename = "max_tokens_per_doc")]
    _max_tokens_per_doc: Option<usize>,
    /// No effect: texts that are too long are always truncated.
    #[serde(rename = "truncation")]
    _truncation: Option<bool>,
    /// No effect.
    #[serde(rename = "priority")]
    _priority: Option<i64>,
}

/// The results, best first, with the fields of both services.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RerankResponse {
    id: String,
    model: String,
    results: Vec<RerankResult>,
    /// Tokens at the end of the query that the model did not read.
    tokens_cut: usize,
    meta: Value,
    usage: Usage,
}

/// A document with its score.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RerankResult {
    /// Its place among the given documents, from 0.
    index: usize,
    /// The mean cosine of the tokens of the query with the best tokens of the text, at most 1.
    relevance_score: f32,
    /// MaxSim.
    score: f32,
    /// Tokens at the end of the text that the model did not read.
    tokens_cut: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    document: Option<Map<String, Value>>,
}

/// Tokens that were read, cut ones included.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    total_tokens: usize,
    prompt_tokens: usize,
}

/// Reranks texts, as clients of Jina and of Cohere's first version ask for it.
#[utoipa::path(
    post, path = "/v1/rerank", tag = "rerank", request_body = RerankRequest,
    responses((status = 200, body = RerankResponse), (status = "default", body = FaultBody))
)]
pub(crate) async fn rerank_v1(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<RerankRequest>,
) -> Result<Json<RerankResponse>, Fault> {
    rerank(&app, request, Version::V1).await
}

/// Reranks texts, as clients of Cohere's second version ask for it.
#[utoipa::path(
    post, path = "/v2/rerank", tag = "rerank", request_body = RerankRequest,
    responses((status = 200, body = RerankResponse), (status = "default", body = FaultBody))
)]
pub(crate) async fn rerank_v2(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<RerankRequest>,
) -> Result<Json<RerankResponse>, Fault> {
    rerank(&app, request, Version::V2).await
}

/// The version of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

async fn rerank(
    app: &Arc<App>,
    request: RerankRequest,
    version: Version,
) -> Result<Json<RerankResponse>, Fault> {
    let limits = &app.limits;
    app.check_query(&request.query)?;
    check("documents", request.documents.len(), limits.batch_texts)?;
    let served = request.model.as_deref().filter(|name| app.serves(name));
    let retriever = app.retriever(served)?;
    let model = served.unwrap_or(DEFAULT_MODEL).to_owned();
    let rerank = move || {
        let RerankRequest { query, documents, top_n, rank_fields, .. } = request;
        let texts = texts_of(&documents, rank_fields.as_deref())?;
        let reranker = retriever.reranker().k(top_n.unwrap_or(usize::MAX));
        let splitting = splitting(request.max_chunks_per_doc);
        let best = reranker.splitting(splitting).rerank(&query, &texts)?;
        let usage = Usage::of(&retriever, &query, &texts)?;
        let has_documents = request.return_documents.unwrap_or(version == Version::V1);
        let documents = has_documents.then_some(documents.as_slice());
        Ok(RerankResponse::new(version, model, best, documents, usage))
    };
    app.reads.run(rerank).await.map(Json)
}

/// Long texts are split if the client lets them have several parts.
fn splitting(max_chunks_per_doc: Option<usize>) -> Splitting {
    if max_chunks_per_doc.unwrap_or(1) > 1 { Splitting::default() } else { Splitting::Whole }
}

fn texts_of(
    documents: &[RerankDocument],
    rank_fields: Option<&[String]>,
) -> Result<Vec<String>, Fault> {
    let texts = documents.iter().enumerate();
    texts.map(|(position, document)| document.text(position, rank_fields)).collect()
}

impl Usage {
    fn of(retriever: &Retriever, query: &str, texts: &[String]) -> Result<Self, Fault> {
        let tokenizer = retriever.encoder().tokenizer();
        let mut total_tokens = 0;
        for text in texts.iter().map(String::as_str).chain([query]) {
            total_tokens += tokenizer.num_tokens(text).map_err(jacolbert::Error::from)?;
        }
        Ok(Self { total_tokens, prompt_tokens: total_tokens })
    }
}

impl RerankResponse {
    /// The answer; `documents` are the given ones, if results have them.
    fn new(
        version: Version,
        model: String,
        best: Hits<Reranked>,
        documents: Option<&[RerankDocument]>,
        usage: Usage,
    ) -> Self {
        let tokens_cut = best.tokens_cut();
        let results = best.into_iter().map(|best| RerankResult {
            index: best.position,
            relevance_score: best.normalised_score,
            score: best.score,
            tokens_cut: best.tokens_cut,
            document: documents.map(|documents| documents[best.position].to_object()),
        });
        let number = if version == Version::V1 { "1" } else { "2" };
        let meta =
            json!({ "api_version": { "version": number }, "billed_units": { "search_units": 1 } });
        Self { id: new_id(), model, results: results.collect(), tokens_cut, meta, usage }
    }
}

/// An id that no other answer of this process has.
fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("rerank-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
