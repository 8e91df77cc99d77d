//! One line of the log for each request.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tracing::{info, warn};

use crate::code::Code;

/// Reports each request to `tracing`: method, path, status, code of the error, and milliseconds. Neither queries nor
/// keys are reported.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = start.elapsed().as_millis() as u64;
    let code = response.extensions().get::<Code>();
    if status >= 500 {
        warn!(%method, path, status, ?code, ms, "failed");
    } else {
        info!(%method, path, status, ?code, ms, "answered");
    }
    response
}
