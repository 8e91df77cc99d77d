//! The description of the routes, for programs and for people.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;

/// What the page of the description may load: its own files, and the styles that it makes itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/// What is said about all routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "jacolbert",
        description = "Japanese retrieval with late interaction. Every error is JSON with a stable `code`, a `reason` \
                       and the place (`at`)."
    ),
    tags(
        (name = "search", description = "finding passages and documents, and why they were found"),
        (name = "documents", description = "reading and changing documents"),
        (name = "collections", description = "the collections of the server"),
        (name = "rerank", description = "reranking, as the clients of Cohere and Jina ask for it"),
        (name = "encode", description = "embeddings"),
        (name = "server", description = "health and metrics"),
    )
)]
struct Description;

/// The description without the routes.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Description::openapi();
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let key = key.description(Some("the key of the server, if it has one"));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("key", SecurityScheme::Http(key.build()));
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("key", [])]);
    document
}

/// The description at `/openapi.json`, and its page at `/docs`.
pub(crate) fn router(document: utoipa::openapi::OpenApi) -> Router<Arc<App>> {
    let page = SwaggerUi::new("/docs")
        .url("/openapi.json", document)
        .config(Config::default().validator_url("none"));
    let policy = HeaderValue::from_static(POLICY);
    Router::from(page)
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
}
