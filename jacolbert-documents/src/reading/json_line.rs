//! A document as a JSON object on one line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::field_names::Roles;
use crate::Document;

/// The document of a line, or what is wrong with it.
pub(super) fn parse_json(line: &str) -> Result<Document, String> {
    let Fields(mut fields) = serde_json::from_str(line).map_err(|cause| explained(line, &cause))?;
    fields.retain(|_, value| !value.is_null());
    if fields.contains_key("id") && fields.get("id") == fields.get("_id") {
        fields.remove("_id");
    }
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let roles = Roles::of(&names)?;
    let id = names[roles.id].to_string();
    let text = names[roles.text].to_string();
    let id = id_of(&id, fields.remove(&id))?;
    let text = match fields.remove(&text) {
        Some(Value::String(text)) => text,
        other => return Err(format!("{text} is {}, not a string", other.unwrap_or_default())),
    };
    Ok(Document { id, text, metadata: metadata(fields)? })
}

/// The fields of an object, each of which is there once.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        return Err(A::Error::custom(format!("{name} is there twice")));
                    }
                    fields.insert(name, value);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// What is wrong and in which column. The parser's own number of the line is always 1.
fn explained(line: &str, cause: &serde_json::Error) -> String {
    let message = cause.to_string();
    let advice = match line.trim() {
        _ if message.contains("hex escape") => "; \\ud800 to \\udfff are halves of a character",

        "{" => "; write every document on one line",
        list if list.starts_with('[') => {
            "; write every document on a line, without a list around them"
        }
        _ => "",
    };
    let place = format!(" at line {} column {}", cause.line(), cause.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    format!("{message} at column {}{advice}", cause.column())
}

/// The id of a document; a number is its digits.
fn id_of(name: &str, value: Option<Value>) -> Result<String, String> {
    match value.unwrap_or_default() {
        Value::String(id) => Ok(id),
        Value::Number(id) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        other => Err(format!("{name} is {other}, not a string or an integer")),
    }
}

/// The metadata of a document whose other fields are `fields`.
fn metadata(mut fields: Map<String, Value>) -> Result<Value, String> {
    let given = fields.remove("metadata").unwrap_or_default();
    if fields.is_empty() {
        return Ok(given);
    }
    let mut all = match given {
        Value::Null => Map::new(),
        Value::Object(all) => all,
        other => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            let names = names.join(", ");
            return Err(format!("metadata is {other}, which has no room for {names}"));
        }
    };
    for (name, value) in fields {
        match all.get(&name) {
            Some(other) if *other != value => {
                return Err(format!("{name} is {value}, and {other} in metadata"));
            }
            _ => all.insert(name, value),
        };
    }
    Ok(Value::Object(all))
}
