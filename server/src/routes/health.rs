//! Whether the server lives and is ready, and its metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::code::Code;
use crate::fault::{Fault, FaultBody};

/// The media type of the metrics.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether the server is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
    /// Collections whose folder was deleted or moved.
    gone: Vec<String>,
}

/// Whether the process lives. It needs no key and no worker.
#[utoipa::path(get, path = "/health", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), gone: Vec::new() })
}

/// Whether requests would be answered: all collections are in place, and the queue has room. It needs no key.
#[utoipa::path(
    get, path = "/ready", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, body = Health))
)]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let gone = app.collections.iter().filter(|served| !served.is_in_place());
    let gone: Vec<String> = gone.map(|served| served.name.clone()).collect();
    let (code, status) = match (gone.is_empty(), app.reads.is_full()) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "a collection is gone"),
        (true, true) => (StatusCode::SERVICE_UNAVAILABLE, "the queue is full"),
        (true, false) => (StatusCode::OK, "ok"),
    };
    (code, Json(Health { status, version: env!("CARGO_PKG_VERSION"), gone })).into_response()
}

/// Numbers of requests, durations, errors, lengths of queues and sizes of collections, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "application/openmetrics-text"), (status = 401, body = FaultBody))
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Fault> {
    let text = app.metrics.to_text(app.reads.len(), &app.collections);
    let text = text.map_err(|error| Fault::new(Code::Internal, error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, METRICS)], text).into_response())
}
