//! Why a passage has its score.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
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
    #[serde(default)]
    format: Format,
}

/// The form of an explanation.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Query, text of the passage, and one match for each token of the query, with the bytes where both tokens lie.
    #[default]
    Json,
    /// Lines for a terminal.
    Text,
    /// One page that loads nothing.
    Html,
}

/// What the page of an explanation may load: nothing but its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// For each token of a query the token of a passage that it matches best.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/explain", tag = "search",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = ExplainRequest,
    responses((status = 200, body = Object, description = "the explanation, in the form that was asked for"), (status = "default", body = FaultBody))
)]
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<ExplainRequest>,
) -> Result<Response, Fault> {
    let ExplainRequest { query, passage_id, format } = request;
    let served = app.collection(&collection)?;
    app.check_query(&query)?;
    let explain = move || Ok(served.collection.explain(query, PassageId(passage_id))?);
    let explanation = app.reads.run(explain).await?;
    Ok(match format {
        Format::Json => Json(explanation).into_response(),
        Format::Text => explanation.to_text().into_response(),
        Format::Html => {
            let policy = [(header::CONTENT_SECURITY_POLICY, POLICY)];
            (policy, Html(explanation.to_html())).into_response()
        }
    })
}
