//! Ids in JSON: texts, or whole numbers, which are their decimal digits.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads an id, for serde's `deserialize_with`.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Row {
///     #[serde(deserialize_with = "jacolbert_eval::json_id::deserialize")]
///     id: String,
/// }
///
/// let row: Row = serde_json::from_str(r#"{"id": 17}"#)?;
/// assert_eq!(row.id, "17");
/// assert!(serde_json::from_str::<Row>(r#"{"id": 17.0}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Anything but a text and a whole number.
pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    input.deserialize_any(IdVisitor)
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id, a text or a whole number of 64 bits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }
}
