//! Why a passage has its score.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jacolbert::PassageId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::fault::{Fault, FaultBody};
use crate::json_body::JsonBody;
use crate::path_values::PathValues;

/// A query and a passage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainRequest {
    query: String,
    /// The passage, as a hit names it.
    passage_id: u32,
}

/// For each token of a query the token of a passage that it matches best.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/explain", tag = "search",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = ExplainRequest,
    responses((status = 200, body = Object), (status = "default", body = FaultBody))
)]
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<ExplainRequest>,
) -> Result<Response, Fault> {
    let ExplainRequest { query, passage_id } = request;
    let served = app.collection(&collection)?;
    app.check_query(&query)?;
    let explain = move || Ok(served.collection.explain(query, PassageId(passage_id))?);
    Ok(Json(app.reads.run(explain).await?).into_response())
}
