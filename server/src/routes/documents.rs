//! The documents of a collection, as they are stored.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jacolbert::{Page, PageCursor, StoredDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::filter_text::parse_filter;
use crate::app::{App, check};
use crate::code::Code;
use crate::fault::{Fault, FaultBody};
use crate::path_values::{PathValues, QueryValues};

/// Documents of a page, if the request does not say how many.
const DEFAULT_LIMIT: usize = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageRequest {
    /// Maximum number of documents; by default 100.
    limit: Option<usize>,
    /// The `next` of the page before; by default the page is the first.
    after: Option<u32>,
    /// Only documents whose metadata pass this filter.
    filter: Option<String>,
}

/// Which documents are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountRequest {
    /// Only documents whose metadata pass this filter; by default all.
    filter: Option<String>,
}

/// A number of documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Count {
    num_documents: usize,
}

/// A document, as it is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentBody {
    id: String,
    /// In the order of the text. Neighbours may overlap.
    passages: Vec<PassageBody>,
    metadata: Value,
}

/// A passage of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassageBody {
    passage_id: u32,
    content: String,
}

/// Some documents, in the order of adding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentPage {
    documents: Vec<DocumentBody>,
    /// Where the next page begins; null after the last one.
    #[schema(value_type = Option<u32>)]
    next: Option<PageCursor>,
}

impl From<StoredDocument> for DocumentBody {
    fn from(document: StoredDocument) -> Self {
        let passages = document.passages.into_iter();
        let passages = passages.map(|passage| PassageBody {
            passage_id: passage.passage_id.0,
            content: passage.content,
        });
        Self { id: document.id, passages: passages.collect(), metadata: document.metadata }
    }
}

/// A page of documents.
#[utoipa::path(
    get, path = "/v1/collections/{collection}/documents", tag = "documents",
    params(("collection" = String, Path, description = "name of the collection"), PageRequest),
    responses((status = 200, body = DocumentPage), (status = "default", body = FaultBody))
)]
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    QueryValues(request): QueryValues<PageRequest>,
) -> Result<Json<DocumentPage>, Fault> {
    let PageRequest { limit, after, filter } = request;
    let filter = filter.as_deref().map(parse_filter).transpose()?;
    let served = app.collection(&collection)?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT.min(app.limits.page));
    check("limit", limit, app.limits.page)?;
    let after = after.map(cursor).transpose()?;
    let read = move || {
        let mut pages = served.collection.documents();
        if let Some(after) = after {
            pages = pages.after(after);
        }
        if let Some(filter) = filter {
            pages = pages.filter(filter);
        }
        let Page { items, next, .. } = pages.page(limit)?;
        Ok(DocumentPage { documents: items.into_iter().map(DocumentBody::from).collect(), next })
    };
    app.reads.run(read).await.map(Json)
}

/// The number of documents, or of those that pass a filter.
#[utoipa::path(
    get, path = "/v1/collections/{collection}/count", tag = "documents",
    params(("collection" = String, Path, description = "name of the collection"), CountRequest),
    responses((status = 200, body = Count), (status = "default", body = FaultBody))
)]
pub(crate) async fn count(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    QueryValues(CountRequest { filter }): QueryValues<CountRequest>,
) -> Result<Json<Count>, Fault> {
    let served = app.collection(&collection)?;
    let filter = filter.as_deref().map(parse_filter).transpose()?;
    let count = move || {
        let num_documents = match filter {
            Some(filter) => served.collection.count(filter)?,
            None => served.collection.num_documents(),
        };
        Ok(Count { num_documents })
    };
    app.reads.run(count).await.map(Json)
}

/// One document. Its id may contain slashes.
#[utoipa::path(
    get, path = "/v1/collections/{collection}/documents/{*id}", tag = "documents",
    params(
        ("collection" = String, Path, description = "name of the collection"),
        ("id" = String, Path, description = "id of the document"),
    ),
    responses((status = 200, body = DocumentBody), (status = "default", body = FaultBody))
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    PathValues((collection, id)): PathValues<(String, String)>,
) -> Result<Json<DocumentBody>, Fault> {
    let served = app.collection(&collection)?;
    let read = move || {
        let found = served.collection.get(&id)?;
        let unknown = || {
            let reason = format!("no document has the id {id:?}");
            Fault::new(Code::UnknownDocument, reason).at("id", id.as_str())
        };
        found.map(DocumentBody::from).ok_or_else(unknown)
    };
    app.reads.run(read).await.map(Json)
}

/// The place that a page named as its `next`.
fn cursor(next: u32) -> Result<PageCursor, Fault> {
    let wrong = |error: serde_json::Error| Fault::new(Code::InvalidPath, error.to_string());
    serde_json::from_value(next.into()).map_err(wrong)
}
