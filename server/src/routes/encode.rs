//! Texts to matrices of embeddings.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, check};
use crate::fault::{Fault, FaultBody};
use crate::json_body::JsonBody;

/// Texts to encode.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EncodeRequest {
    texts: Vec<String>,
    role: Role,
    /// The collection whose model encodes; by default the model of the server.
    collection: Option<String>,
}

/// What the texts are. A late-interaction model encodes queries and passages differently.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Query,
    Passage,
}

/// The embeddings of each text, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EncodeResponse {
    /// Length of each row.
    dim: usize,
    embeddings: Vec<Matrix>,
}

/// The embeddings of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Matrix {
    /// `[tokens, dim]`; each row has length 1.
    rows: Vec<Vec<f32>>,
    /// Tokens at the end of the text that the model did not read.
    tokens_cut: usize,
}

/// One row of unit length for each token of each text.
#[utoipa::path(
    post, path = "/v1/encode", tag = "encode", request_body = EncodeRequest,
    responses((status = 200, body = EncodeResponse), (status = "default", body = FaultBody))
)]
pub(crate) async fn encode(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<EncodeRequest>,
) -> Result<Json<EncodeResponse>, Fault> {
    let EncodeRequest { texts, role, collection } = request;
    check("texts", texts.len(), app.limits.batch_texts)?;
    if let Role::Query = role {
        texts.iter().try_for_each(|text| app.check_query(text))?;
    }
    let retriever = app.retriever(collection.as_deref())?;
    let encode = move || {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let encoder = retriever.encoder();
        let encoded = match role {
            Role::Query => encoder.encode_queries(&texts),
            Role::Passage => encoder.encode_passages(&texts),
        };
        let encoded = encoded.map_err(jacolbert::Error::from)?;
        let rows_of = |matrix: &jacolbert::index::Embeddings| {
            let rows = matrix.as_ref().rows().map(<[f32]>::to_vec).collect();
            Matrix { rows, tokens_cut: 0 }
        };
        let mut embeddings: Vec<Matrix> = encoded.embeddings.iter().map(rows_of).collect();
        for cut in &encoded.truncated {
            embeddings[cut.text].tokens_cut = cut.tokens_cut;
        }
        Ok(EncodeResponse { dim: encoder.dim(), embeddings })
    };
    app.reads.run(encode).await.map(Json)
}
