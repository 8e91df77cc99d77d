//! Searching a collection.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::found::{DocumentHitBody, Found, HitBody};
use super::ranking::Ranking;
use super::search_settings::{SearchSettings, SearchWishes, Tuning};
use crate::app::{App, check};
use crate::fault::{Fault, FaultBody};
use crate::json_body::JsonBody;
use crate::path_values::PathValues;

/// Passages of each document that is found, if the request does not say how many.
const DEFAULT_PASSAGES: usize = 1;

/// A query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRequest {
    #[schema(example = "日本で一番高い山は？")]
    query: String,
    /// Maximum number of hits; by default 10.
    k: Option<usize>,
    /// Ids of the documents that the search is limited to; by default all.
    among: Option<Vec<String>>,
    /// Limits the search to documents whose metadata pass this filter.
    #[schema(example = "year >= 2020 AND tags HAS 'sport'")]
    filter: Option<String>,
    hybrid: Option<Ranking>,
    tuning: Option<Tuning>,
}

/// Several queries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBatchRequest {
    queries: Vec<String>,
    /// Maximum number of hits of each query; by default 10.
    k: Option<usize>,
    /// Ids of the documents that the search is limited to; by default all.
    among: Option<Vec<String>>,
    /// Limits the search to documents whose metadata pass this filter.
    #[schema(example = "year >= 2020 AND tags HAS 'sport'")]
    filter: Option<String>,
    hybrid: Option<Ranking>,
    tuning: Option<Tuning>,
}

/// A query for documents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchDocumentsRequest {
    #[schema(example = "日本で一番高い山は？")]
    query: String,
    /// Maximum number of documents; by default 10.
    k: Option<usize>,
    /// Maximum number of passages of each document; by default 1.
    max_passages: Option<usize>,
    /// Ids of the documents that the search is limited to; by default all.
    among: Option<Vec<String>>,
    /// Limits the search to documents whose metadata pass this filter.
    #[schema(example = "year >= 2020 AND tags HAS 'sport'")]
    filter: Option<String>,
    hybrid: Option<Ranking>,
    tuning: Option<Tuning>,
}

/// What was found for several queries, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundBatch {
    results: Vec<Found<HitBody>>,
}

/// The best passages for a query.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/search", tag = "search",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = SearchRequest,
    responses((status = 200, body = Found<HitBody>), (status = "default", body = FaultBody))
)]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<SearchRequest>,
) -> Result<Json<Found<HitBody>>, Fault> {
    let SearchRequest { query, k, among, filter, hybrid, tuning } = request;
    let served = app.collection(&collection)?;
    app.check_query(&query)?;
    let settings =
        SearchSettings::new(&app.limits, SearchWishes { k, among, filter, hybrid, tuning })?;
    let search = move || {
        let hits = settings.apply(served.collection.query(query)).search()?;
        Ok(Found::new(hits))
    };
    app.reads.run(search).await.map(Json)
}

/// The best passages for each of several queries. All queries see the same state of the collection.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/search_batch", tag = "search",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = SearchBatchRequest,
    responses((status = 200, body = FoundBatch), (status = "default", body = FaultBody))
)]
pub(crate) async fn search_batch(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<SearchBatchRequest>,
) -> Result<Json<FoundBatch>, Fault> {
    let SearchBatchRequest { queries, k, among, filter, hybrid, tuning } = request;
    let served = app.collection(&collection)?;
    check("queries", queries.len(), app.limits.batch_queries)?;
    queries.iter().try_for_each(|query| app.check_query(query))?;
    let settings =
        SearchSettings::new(&app.limits, SearchWishes { k, among, filter, hybrid, tuning })?;
    let search = move || {
        let found = settings.apply(served.collection.query_batch(queries)).search()?;
        Ok(FoundBatch { results: found.into_iter().map(Found::new).collect() })
    };
    app.reads.run(search).await.map(Json)
}

/// The best documents for a query, each with its best passages.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/search_documents", tag = "search",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = SearchDocumentsRequest,
    responses((status = 200, body = Found<DocumentHitBody>), (status = "default", body = FaultBody))
)]
pub(crate) async fn search_documents(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<SearchDocumentsRequest>,
) -> Result<Json<Found<DocumentHitBody>>, Fault> {
    let SearchDocumentsRequest { query, k, max_passages, among, filter, hybrid, tuning } = request;
    let served = app.collection(&collection)?;
    app.check_query(&query)?;
    let max_passages = max_passages.unwrap_or(DEFAULT_PASSAGES);
    check("max_passages", max_passages, app.limits.k)?;
    let settings =
        SearchSettings::new(&app.limits, SearchWishes { k, among, filter, hybrid, tuning })?;
    let search = move || {
        let query = settings.apply(served.collection.query(query));
        Ok(Found::new(query.by_document(max_passages).search()?))
    };
    app.reads.run(search).await.map(Json)
}
