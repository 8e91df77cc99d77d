//! A document to rerank: a text, or an object with texts.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::code::Code;
use crate::fault::Fault;

/// The field that is read if the request names none.
const TEXT: &str = "text";

/// A document to rerank: a text, or an object with texts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RerankDocument {
    Text(String),
    #[schema(value_type = Object)]
    Object(Map<String, Value>),
}

impl RerankDocument {
    /// The text that is scored: of an object the given fields that it has, each on lines of its own.
    ///
    /// # Errors
    /// [`Code::InvalidBody`] for an object without any of them. `position` is that of the document.
    pub(crate) fn text(&self, position: usize, fields: Option<&[String]>) -> Result<String, Fault> {
        let object = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::Object(object) => object,
        };
        let named: Vec<&str> = fields.into_iter().flatten().map(String::as_str).collect();
        let named = if named.is_empty() { vec![TEXT] } else { named };
        let texts = named.iter().filter_map(|field| object.get(*field)).filter_map(text_of);
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() {
            let reason = format!("document {position} has no text in {}", named.join(", "));
            return Err(Fault::new(Code::InvalidBody, reason).at("document", position));
        }
        Ok(texts.join("\n"))
    }

    /// The document as results have it.
    pub(crate) fn to_object(&self) -> Map<String, Value> {
        match self {
            Self::Text(text) => Map::from_iter([(TEXT.to_owned(), Value::from(text.as_str()))]),
            Self::Object(object) => object.clone(),
        }
    }
}

/// Texts as they are, numbers and booleans as JSON has them.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
