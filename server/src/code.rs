//! The stable codes of errors.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was refused or failed; programs decide by it. Codes are only ever added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// 400: the body is not JSON.
    MalformedJson,
    /// 400: the body is JSON, but not what the route takes.
    InvalidBody,
    /// 400: the path or the query string has a value that the route does not take.
    InvalidPath,
    /// 400: the text of a filter is no filter.
    InvalidFilter,
    /// 400: a document has no id, or the same id twice.
    InvalidDocument,
    /// 401: the key is missing or wrong.
    Unauthorized,
    /// 403: the request names a host that this server does not serve.
    ForbiddenHost,
    /// 404: there is no such route.
    UnknownRoute,
    /// 404: there is no such collection.
    UnknownCollection,
    /// 404: the collection has no document with this id.
    UnknownDocument,
    /// 404: the collection has no passage with this id.
    UnknownPassage,
    /// 405: the route has another method.
    WrongMethod,
    /// 408: the client sent the body too slowly.
    SlowClient,
    /// 409: a document with this id is already in the collection.
    DocumentExists,
    /// 409: the search needs words, and the collection has none.
    NoWords,
    /// 410: the folder of the collection was deleted or moved while it was served.
    CollectionGone,
    /// 413: the body has too many bytes.
    BodyTooLarge,
    /// 415: the body is not announced as JSON.
    WrongMediaType,
    /// 422: a value is above a limit of the server.
    AboveLimit,
    /// 429: as many requests are waiting as the server lets wait.
    QueueFull,
    /// 500: an error of the server.
    Internal,
    /// 500: a request made the server panic; it goes on.
    Panicked,
    /// 500: a file of the collection is damaged.
    Damaged,
    /// 500: the change is made and visible, but a power failure may lose it. Do not repeat it.
    NotDurable,
    /// 503: another process changes the collection.
    Locked,
    /// 503: the request waited for a worker until its time was over.
    Overloaded,
    /// 504: the time for the request was over before its end. A change that this code answers was not made.
    Timeout,
    /// 507: the disk is full. The change was not made.
    DiskFull,
}

impl Code {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::MalformedJson
            | Self::InvalidBody
            | Self::InvalidPath
            | Self::InvalidFilter
            | Self::InvalidDocument => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::ForbiddenHost => StatusCode::FORBIDDEN,
            Self::UnknownRoute
            | Self::UnknownCollection
            | Self::UnknownDocument
            | Self::UnknownPassage => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::SlowClient => StatusCode::REQUEST_TIMEOUT,
            Self::DocumentExists | Self::NoWords => StatusCode::CONFLICT,
            Self::CollectionGone => StatusCode::GONE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::AboveLimit => StatusCode::UNPROCESSABLE_ENTITY,
            Self::QueueFull => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::Panicked | Self::Damaged | Self::NotDurable => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Locked | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// As it stands in JSON.
    pub(crate) fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    }

    /// Seconds after which the client may try again.
    pub(crate) fn retry_after(self) -> Option<u32> {
        matches!(self, Self::QueueFull | Self::Overloaded | Self::Locked).then_some(1)
    }
}
