//! Values in the path and in the query string of a request.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::code::Code;
use crate::fault::Fault;

/// Values in the path of a request.
pub(crate) struct PathValues<T>(pub(crate) T);

/// Values in the query string of a request.
pub(crate) struct QueryValues<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathValues<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let values = Path::<T>::from_request_parts(parts, state).await;
        let wrong = |error: axum::extract::rejection::PathRejection| {
            Fault::new(Code::InvalidPath, error.body_text()).at("part", "path")
        };
        values.map(|Path(values)| Self(values)).map_err(wrong)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryValues<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let values = Query::<T>::from_request_parts(parts, state).await;
        let wrong = |error: axum::extract::rejection::QueryRejection| {
            Fault::new(Code::InvalidPath, error.body_text()).at("part", "query")
        };
        values.map(|Query(values)| Self(values)).map_err(wrong)
    }
}
