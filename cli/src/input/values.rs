//! The values of columns, which files with tabs and commas have as text.

use serde_json::{Number, Value};

/// What a number in a column becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// A number, so that filters compare it as one.
    AsNumbers,
    /// The text that it is in the file.
    AsText,
}

impl Numbers {
    /// The value of a column. A text is a number only if the number is written so: 2020 and 0.5 are, and 007, 1.50
    /// and 1e3 stay as they are.
    pub(super) fn value(self, text: String) -> Value {
        if self == Self::AsText {
            return text.into();
        }
        match text.parse::<Number>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => text.into(),
        }
    }

    /// `metadata` with the values of its columns.
    pub(super) fn values(self, metadata: Value) -> Value {
        let Value::Object(columns) = metadata else { return metadata };
        let value = |(name, value)| match value {
            Value::String(text) => (name, self.value(text)),
            other => (name, other),
        };
        columns.into_iter().map(value).collect()
    }
}
