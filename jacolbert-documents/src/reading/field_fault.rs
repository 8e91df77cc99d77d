//! Why the fields of a record are not a document.

use serde_json::Value;

/// Why the fields of a record are not a document.
///
/// ```
/// use jacolbert_documents::FieldFault;
///
/// assert_eq!(FieldFault::Missing { name: "text".into() }.to_string(), "text is missing");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldFault {
    /// There is no such field, or it is null.
    #[error("{name} is missing")]
    Missing {
        /// The name that was asked for, or `id` or `text`.
        name: String,
    },
    /// Two fields have names that the id, or the text, usually has.
    #[error("the {role} could be {} or {}", names[0], names[1])]
    Ambiguous {
        /// `id` or `text`.
        role: &'static str,
        /// The first two fields.
        names: [String; 2],
    },
    /// The id is neither a string nor an integer.
    #[error("{name} is {value}, not a string or an integer")]
    Id {
        /// The field.
        name: String,
        /// Its value.
        value: Value,
    },
    /// The text is no string.
    #[error("{name} is {value}, not a string")]
    Text {
        /// The field.
        name: String,
        /// Its value.
        value: Value,
    },
    /// `metadata` is no object, so that it cannot take further fields.
    #[error("metadata is {value}, which has no room for {}", others.join(", "))]
    NoRoom {
        /// The metadata.
        value: Value,
        /// The names of the other fields.
        others: Vec<String>,
    },
    /// A field has one value beside `metadata` and another one in it.
    #[error("{name} is {value}, and {in_metadata} in metadata")]
    Differ {
        /// The field.
        name: String,
        /// Its value.
        value: Value,
        /// Its value in `metadata`.
        in_metadata: Value,
    },
}
