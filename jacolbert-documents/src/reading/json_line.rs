//! A document as a JSON object on one line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::field_names::FieldNames;
use crate::Document;

/// The document of a line, or what is wrong with it.
pub(super) fn parse_json(line: &str, names: &FieldNames) -> Result<Document, String> {
    let Fields(fields) = serde_json::from_str(line).map_err(|cause| explained(line, &cause))?;
    names.document(fields).map_err(|fault| fault.to_string())
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
