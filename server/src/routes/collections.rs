//! The collections of the server.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::fault::{Fault, FaultBody};
use crate::path_values::PathValues;
use crate::served::Served;

/// The collections of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionList {
    collections: Vec<CollectionBody>,
}

/// A collection of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionBody {
    name: String,
    num_documents: usize,
    num_passages: usize,
    /// Length of a vector.
    dim: usize,
    /// Whether it keeps words, which hybrid searches need.
    has_words: bool,
    /// Changes that wait or run.
    num_changes: usize,
    /// Whether its folder was deleted or moved.
    is_gone: bool,
}

impl CollectionBody {
    fn new(served: &Served) -> Self {
        let Served { name, collection, changes } = served;
        Self {
            name: name.clone(),
            num_documents: collection.num_documents(),
            num_passages: collection.num_passages(),
            dim: collection.retriever().encoder().dim(),
            has_words: collection.has_words(),
            num_changes: changes.len(),
            is_gone: !served.is_in_place(),
        }
    }
}

/// All collections.
#[utoipa::path(get, path = "/v1/collections", tag = "collections", responses((status = 200, body = CollectionList)))]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Json<CollectionList> {
    let collections = app.collections.iter().map(|served| CollectionBody::new(served));
    Json(CollectionList { collections: collections.collect() })
}

/// One collection.
#[utoipa::path(
    get, path = "/v1/collections/{collection}", tag = "collections",
    params(("collection" = String, Path, description = "name of the collection")),
    responses((status = 200, body = CollectionBody), (status = 404, body = FaultBody), (status = 410, body = FaultBody))
)]
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    PathValues(collection): PathValues<String>,
) -> Result<Json<CollectionBody>, Fault> {
    Ok(Json(CollectionBody::new(app.collection(&collection)?.as_ref())))
}
