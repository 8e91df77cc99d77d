//! An answer that says why a request was refused or failed.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jacolbert::documents::Error as DocumentError;
use jacolbert::index::Error as IndexError;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::code::Code;

/// Why a request was refused or failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// What programs decide by.
    code: Code,
    /// What people read; it may change.
    reason: String,
    /// Where the cause lies: for instance a field with line and column, the id of a document, or a limit.
    #[schema(value_type = Object)]
    at: Map<String, Value>,
}

/// The body of every answer that is an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultBody {
    error: Fault,
}

impl Fault {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), at: Map::new() }
    }

    /// With one more fact about the place.
    pub(crate) fn at(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.at.insert(name.into(), value.into());
        self
    }

    /// The value `found` of `what` is above `limit`.
    pub(crate) fn above_limit(what: &str, found: usize, limit: usize) -> Self {
        let reason = format!("{what} is {found}, and the limit is {limit}");
        Self::new(Code::AboveLimit, reason).at("field", what).at("found", found).at("limit", limit)
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let code = self.code;
        let mut response = (code.status(), Json(FaultBody { error: self })).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = code.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(code);
        response
    }
}

impl From<jacolbert::Error> for Fault {
    fn from(error: jacolbert::Error) -> Self {
        use jacolbert::Error;
        let reason = reason_of(&error);
        if is_disk_full(&error) {
            return Self::new(Code::DiskFull, reason);
        }
        match &error {
            Error::UnknownId { id } => {
                Self::new(Code::UnknownDocument, reason).at("id", id.as_str())
            }
            Error::UnknownPassage { passage } => {
                Self::new(Code::UnknownPassage, reason).at("passage_id", passage.0)
            }
            Error::Filter(error) => {
                let fault = Self::new(Code::InvalidFilter, reason).at("field", "filter");
                fault.at("column", error.position.column).at("byte", error.position.byte)
            }
            Error::Cancelled => {
                Self::new(Code::Timeout, "the time for the change was over; nothing has changed")
            }
            Error::NoWords { .. } => Self::new(Code::NoWords, reason),
            Error::Fusion { name, value } => {
                Self::new(Code::InvalidBody, reason).at("field", *name).at("found", *value)
            }
            Error::Busy { .. } => Self::new(Code::Locked, reason),
            Error::Documents(error) => of_documents(error, reason),
            Error::Index(error) => Self::new(code_of_index(error), reason),
            Error::Corrupt { .. } => Self::new(Code::Damaged, reason),
            _ => Self::new(Code::Internal, reason),
        }
    }
}

fn of_documents(error: &DocumentError, reason: String) -> Fault {
    match error {
        DocumentError::EmptyId { position } => {
            Fault::new(Code::InvalidDocument, reason).at("document", *position)
        }
        DocumentError::DuplicateId { id, position } => {
            let fault = Fault::new(Code::DocumentExists, reason);
            fault.at("document", *position).at("id", id.as_str())
        }
        DocumentError::DeepMetadata { id, limit } => {
            let fault = Fault::new(Code::InvalidDocument, reason);
            fault.at("id", id.as_str()).at("limit", *limit)
        }
        DocumentError::Corrupt { .. } => Fault::new(Code::Damaged, reason),
        DocumentError::Index(error) => Fault::new(code_of_index(error), reason),
        _ => Fault::new(Code::Internal, reason),
    }
}

fn code_of_index(error: &IndexError) -> Code {
    match error {
        IndexError::Locked { .. } => Code::Locked,
        IndexError::NotDurable { .. } => Code::NotDurable,
        IndexError::Corrupt { .. } => Code::Damaged,
        IndexError::NotAnIndex { .. } => Code::CollectionGone,
        IndexError::Io { source, .. } if source.kind() == ErrorKind::NotFound => {
            Code::CollectionGone
        }
        _ => Code::Internal,
    }
}

/// The message of an error and those of its causes.
fn reason_of(error: &jacolbert::Error) -> String {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason.push_str(": ");
        reason.push_str(&error.to_string());
        cause = error.source();
    }
    reason
}

/// Whether a cause of the error is that the disk, or the user's share of it, is full.
fn is_disk_full(error: &jacolbert::Error) -> bool {
    let is_full = |kind| matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    // A commit that is in place but not confirmed is another case, whatever the system said.
    if matches!(error, jacolbert::Error::Index(IndexError::NotDurable { .. })) {
        return false;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| is_full(error.kind())) {
            return true;
        }
        cause = error.source();
    }
    false
}
