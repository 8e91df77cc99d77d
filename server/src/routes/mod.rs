//! The routes of the server.

mod changes;
mod collections;
mod documents;
mod encode;
mod explain;
mod filter_text;
mod found;
mod health;
mod open_api;
mod page;
mod ranking;
mod rerank;
mod rerank_document;
mod search;
mod search_settings;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{check_host, check_key};
use crate::app::App;
use crate::code::Code;
use crate::fault::Fault;
use crate::log::log;
use crate::metrics::count;

/// All routes, with what is checked and counted for each request.
pub(crate) fn router(app: Arc<App>) -> Router {
    let with_key = protected().layer(from_fn_with_state(app.access.clone(), check_key));
    let described = OpenApiRouter::with_openapi(open_api::document());
    let (router, document) = described.merge(with_key).merge(public()).split_for_parts();
    let router = router.merge(page::router()).merge(open_api::router(document));
    let header = |name: HeaderName, value| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(|_| panicked().into_response()))
        .layer(from_fn_with_state(app.access.clone(), check_host))
        .layer(from_fn_with_state(app.metrics.clone(), count))
        .layer(from_fn(log))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .with_state(app)
}

/// The routes that need the key.
fn protected() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(collections::list))
        .routes(routes!(collections::describe))
        .routes(routes!(search::search))
        .routes(routes!(search::search_batch))
        .routes(routes!(search::search_documents))
        .routes(routes!(explain::explain))
        .routes(routes!(documents::page, changes::add))
        .routes(routes!(documents::get, changes::delete_one))
        .routes(routes!(documents::count))
        .routes(routes!(changes::delete))
        .routes(routes!(changes::update_metadata))
        .routes(routes!(changes::compact))
        .routes(routes!(changes::reload))
        .routes(routes!(rerank::rerank_v1))
        .routes(routes!(rerank::rerank_v2))
        .routes(routes!(encode::encode))
        .routes(routes!(health::metrics))
}

/// The routes that anybody may ask, as machines that watch the server do.
fn public() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(health::live)).routes(routes!(health::ready))
}

async fn unknown_route(uri: Uri) -> Fault {
    let reason = format!("there is no route {}", uri.path());
    Fault::new(Code::UnknownRoute, reason).at("path", uri.path())
}

async fn wrong_method(method: Method, uri: Uri) -> Fault {
    let reason = format!("the route {} has no method {method}", uri.path());
    Fault::new(Code::WrongMethod, reason).at("path", uri.path()).at("method", method.as_str())
}

fn panicked() -> Fault {
    Fault::new(Code::Panicked, "the request made the server panic")
}
