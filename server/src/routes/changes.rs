//! Changes of a collection. They take turns, and each is one commit.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use jacolbert::{Document, Progress, Truncated};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::error;
use utoipa::ToSchema;

use super::filter_text::parse_filter;
use crate::app::{App, check};
use crate::code::Code;
use crate::fault::{Fault, FaultBody};
use crate::json_body::JsonBody;
use crate::path_values::PathValues;
use crate::served::Served;

/// Documents to store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddRequest {
    documents: Vec<DocumentRequest>,
    /// What to do with ids that the collection has; by default their documents are replaced.
    #[serde(default)]
    mode: Mode,
}

/// A document to store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentRequest {
    #[schema(example = "shinano")]
    id: String,
    #[schema(example = "信濃川は日本で最も長い川である。")]
    text: String,
    /// Any JSON.
    #[serde(default)]
    metadata: Value,
}

/// What to do with ids that the collection has or lacks.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Known documents are replaced, others are added.
    #[default]
    Upsert,
    /// A known id is an error.
    Add,
    /// An unknown id is an error.
    Replace,
}

/// Documents to delete: these, or those that pass a filter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteRequest {
    ids: Option<Vec<String>>,
    filter: Option<String>,
}

/// Other metadata for a document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetadataRequest {
    id: String,
    /// Any JSON.
    metadata: Value,
}

/// A change that is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// Documents of the collection afterwards; changes that follow at once may be among them.
    num_documents: usize,
    /// Passages whose end the model did not read because they are too long.
    truncated: Vec<TruncatedBody>,
}

/// A passage whose end the model did not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TruncatedBody {
    document_id: String,
    /// Its place among the passages of the document, from 0.
    passage_number: usize,
    /// Tokens that were not read.
    tokens_cut: usize,
}

/// Stores documents, all or none. The answer comes when they are on disk.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/documents", tag = "documents",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = AddRequest,
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<AddRequest>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    check("documents", request.documents.len(), app.limits.batch_documents)?;
    let documents = request.documents.into_iter();
    let documents: Vec<Document> = documents.map(Document::from).collect();
    let store = move |served: &Served, deadline: Instant| {
        let in_time = move |_: Progress| {
            if Instant::now() < deadline {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let update = served.collection.update().on_progress(in_time);
        match request.mode {
            Mode::Upsert => update.upsert(documents),
            Mode::Add => update.add(documents),
            Mode::Replace => update.replace(documents),
        }
    };
    change(served, store).await
}

/// Gives a document other metadata. Its text is not encoded again.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/metadata", tag = "documents",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = MetadataRequest,
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn update_metadata(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(MetadataRequest { id, metadata }): JsonBody<MetadataRequest>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    let update = move |served: &Served, _| {
        served.collection.update().update_metadata(id, metadata).map(|()| Vec::new())
    };
    change(served, update).await
}

/// Deletes documents, all or none. Their texts stay in the folder, unseen, until a compaction.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/delete", tag = "documents",
    params(("collection" = String, Path, description = "name of the collection")),
    request_body = DeleteRequest,
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
    JsonBody(request): JsonBody<DeleteRequest>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    match (request.ids, request.filter) {
        (Some(ids), None) => {
            check("ids", ids.len(), app.limits.batch_documents)?;
            change(served, move |served, _| served.collection.delete(ids).map(|()| Vec::new()))
                .await
        }
        (None, Some(filter)) => {
            let filter = parse_filter(&filter)?;
            let delete = move |served: &Served, _| {
                served.collection.update().delete_where(filter).map(|_| Vec::new())
            };
            change(served, delete).await
        }
        _ => Err(Fault::new(Code::InvalidBody, "either `ids` or `filter` says what is deleted")),
    }
}

/// Deletes one document. Its id may contain slashes.
#[utoipa::path(
    delete, path = "/v1/collections/{collection}/documents/{*id}", tag = "documents",
    params(
        ("collection" = String, Path, description = "name of the collection"),
        ("id" = String, Path, description = "id of the document"),
    ),
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn delete_one(
    State(app): State<Arc<App>>,
    PathValues((collection, id)): PathValues<(String, String)>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    change(served, move |served, _| served.collection.delete([id]).map(|()| Vec::new())).await
}

/// Rewrites the collection without what deleted documents left.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/compact", tag = "collections",
    params(("collection" = String, Path, description = "name of the collection")),
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn compact(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    change(served, |served, _| served.collection.compact().map(|()| Vec::new())).await
}

/// Opens the latest commit, after another process has changed the collection.
#[utoipa::path(
    post, path = "/v1/collections/{collection}/reload", tag = "collections",
    params(("collection" = String, Path, description = "name of the collection")),
    responses((status = 200, body = Changed), (status = "default", body = FaultBody))
)]
pub(crate) async fn reload(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
) -> Result<Json<Changed>, Fault> {
    let served = app.collection(&collection)?;
    change(served, |served, _| served.collection.reload().map(|()| Vec::new())).await
}

/// Makes a change in its turn. The change gets the time at which it has to give up.
async fn change(
    served: Arc<Served>,
    make: impl FnOnce(&Served, Instant) -> Result<Vec<Truncated>, jacolbert::Error> + Send + 'static,
) -> Result<Json<Changed>, Fault> {
    let changing = served.clone();
    let changed = served.changes.run_to_end(move |deadline| {
        let truncated = make(&changing, deadline)?;
        let truncated = truncated.into_iter().map(TruncatedBody::from).collect();
        Ok(Changed { num_documents: changing.collection.num_documents(), truncated })
    });
    let changed = changed.await;
    if let Err(fault) = &changed
        && fault.code().status().is_server_error()
    {
        error!(collection = served.name, ?fault, "a change failed");
    }
    changed.map(Json)
}

impl From<DocumentRequest> for Document {
    fn from(document: DocumentRequest) -> Self {
        let DocumentRequest { id, text, metadata } = document;
        Self::new(id, text).with_metadata(metadata)
    }
}

impl From<Truncated> for TruncatedBody {
    fn from(cut: Truncated) -> Self {
        let Truncated { document_id, passage, tokens_cut, .. } = cut;
        Self { document_id, passage_number: passage, tokens_cut }
    }
}
