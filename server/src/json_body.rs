//! The JSON body of a request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use crate::app::App;
use crate::code::Code;
use crate::fault::Fault;

/// Bytes beyond the limit that are read and discarded. A client that is still sending when the connection closes may
/// never see the answer.
const MAX_DISCARDED: usize = 64 << 20;

/// The JSON body of a request, within the limits of bytes and time.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Fault> {
        check_media_type(request.headers())?;
        let longest = app.limits.receive_time;
        let bytes = timeout(longest, read(request.into_body(), app.limits.body_bytes)).await;
        let slow = |_| {
            let reason = "the client did not send the body in time";
            Fault::new(Code::SlowClient, reason).at("seconds", longest.as_secs_f64())
        };
        Ok(Self(parse(&bytes.map_err(slow)??)?))
    }
}

/// Only JSON is read. Pages of other sites can send other types without asking.
fn check_media_type(headers: &HeaderMap) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    let essence = given.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    if essence.eq_ignore_ascii_case(b"application/json") {
        return Ok(());
    }
    let reason = "the header `Content-Type` must be `application/json`";
    let given = String::from_utf8_lossy(given).into_owned();
    Err(Fault::new(Code::WrongMediaType, reason).at("header", "content-type").at("found", given))
}

/// All bytes of a body of at most `limit` bytes.
async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let mut len = 0;
    while let Some(frame) = body.frame().await {
        let broken = |_| Fault::new(Code::SlowClient, "the client did not send the whole body");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        len += data.len();
        if len <= limit {
            bytes.extend_from_slice(&data);
        } else if len > limit + MAX_DISCARDED {
            break;
        }
    }
    if len <= limit {
        return Ok(bytes);
    }
    let reason = format!("the body has more than {limit} bytes");
    Err(Fault::new(Code::BodyTooLarge, reason).at("limit", limit))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // Serde takes a list for an object with the fields in order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Fault::new(Code::InvalidBody, "the body must be an object, not a list"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer);
    let value = value.map_err(|error| fault_of(error.inner(), Some(error.path().to_string())))?;
    deserializer.end().map_err(|error| fault_of(&error, None))?;
    Ok(value)
}

fn fault_of(error: &serde_json::Error, field: Option<String>) -> Fault {
    let code = match error.classify() {
        Category::Data => Code::InvalidBody,
        Category::Io | Category::Syntax | Category::Eof => Code::MalformedJson,
    };
    let fault = Fault::new(code, error.to_string());
    let fault = fault.at("line", error.line()).at("column", error.column());
    // `.` is the whole body, and `?` a field without a name.
    match field.filter(|field| !matches!(field.as_str(), "." | "?")) {
        Some(field) => fault.at("field", field),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[expect(dead_code)]
        k: Vec<u8>,
    }

    #[test]
    fn a_wrong_body_names_line_column_and_field() {
        let check = |body: &str, code, at: Value| {
            let fault = parse::<Example>(body.as_bytes()).expect_err(body);
            let found = serde_json::to_value(&fault).expect("JSON");
            assert_eq!((fault.code(), &found["at"]), (code, &at), "{body}");
        };
        check("", Code::MalformedJson, json!({"line": 1, "column": 0}));
        check(
            "{\n  \"k\": [1,}",
            Code::MalformedJson,
            json!({"line": 2, "column": 11, "field": "k[1]"}),
        );
        check(
            "{\"k\": [NaN]}",
            Code::MalformedJson,
            json!({"line": 1, "column": 8, "field": "k[0]"}),
        );
        check(
            "{\"k\": [1e999]}",
            Code::MalformedJson,
            json!({"line": 1, "column": 12, "field": "k[0]"}),
        );
        check(
            "{\"k\": [1, 300]}",
            Code::InvalidBody,
            json!({"line": 1, "column": 13, "field": "k[1]"}),
        );
        check(
            "{\"k\": [], \"q\": 1}",
            Code::InvalidBody,
            json!({"line": 1, "column": 13, "field": "q"}),
        );
        check("{}", Code::InvalidBody, json!({"line": 1, "column": 2}));
        check("{\"k\": []} x", Code::MalformedJson, json!({"line": 1, "column": 11}));
        check("{\"k\": [], \"k\": []}", Code::InvalidBody, json!({"line": 1, "column": 13}));
        check("\u{feff}{}", Code::MalformedJson, json!({"line": 1, "column": 1}));
    }
}
