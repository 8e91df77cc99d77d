//! The values of one path, before they are columns.

use std::io;

use tantivy_columnar::{ColumnType, ColumnarWriter, NumericalValue};

use super::layout::{BOOL, EACH, INTEGER, MAX_TEXT, REAL, STATE, State, TEXT};
use crate::filter::{FieldValue, elements};

/// The values of one path in the documents of a block, ascending by document.
#[derive(Debug, Default)]
pub(super) struct PathValues<'m> {
    values: Vec<(u32, FieldValue<'m>)>,
}

impl<'m> PathValues<'m> {
    pub(super) fn push(&mut self, document: usize, value: FieldValue<'m>) {
        self.values.push((document as u32, value));
    }

    /// The file of columns, for a block of `num_documents` documents.
    pub(super) fn to_columns(&self, num_documents: usize) -> io::Result<Vec<u8>> {
        let mut columns = Columns(ColumnarWriter::default());
        for (document, value) in &self.values {
            match state_of(value)? {
                None => columns.record("", *document, value),
                Some(state) => {
                    columns.record_number(STATE, *document, ColumnType::U64, state.number());
                    if let (State::Array, FieldValue::Array(json)) = (state, value) {
                        let found = elements(json)?;
                        found.iter().for_each(|element| columns.record(EACH, *document, element));
                    }
                }
            }
        }
        let mut bytes = Vec::new();
        columns.0.serialize(num_documents as u32, None, &mut bytes)?;
        Ok(bytes)
    }
}

/// What a value is that has no column; `None` if it has one.
fn state_of(value: &FieldValue<'_>) -> io::Result<Option<State>> {
    Ok(match value {
        FieldValue::Missing | FieldValue::Null => Some(State::Null),
        FieldValue::Object(_) => Some(State::Object),
        FieldValue::Text(text) => (text.len() > MAX_TEXT).then_some(State::LongText),
        FieldValue::Array(json) => {
            let found = elements(json)?;
            // A null element is equal to nothing, so that it needs no column.
            let has_column = |element: &FieldValue<'_>| match element {
                FieldValue::Null => true,
                FieldValue::Array(_) | FieldValue::Object(_) => false,
                FieldValue::Text(text) => text.len() <= MAX_TEXT,
                _ => true,
            };
            let all = found.iter().all(has_column);
            Some(if all { State::Array } else { State::ArrayInJson })
        }
        FieldValue::Bool(_) | FieldValue::Integer(_) | FieldValue::Real(_) => None,
    })
}

/// The columns of one path, in the making.
struct Columns(ColumnarWriter);

impl Columns {
    /// Puts a value into the column of its type, whose name begins with `prefix`.
    fn record(&mut self, prefix: &str, document: u32, value: &FieldValue<'_>) {
        match value {
            FieldValue::Bool(value) => {
                self.0.record_bool(document, &format!("{prefix}{BOOL}"), *value);
            }
            FieldValue::Integer(value) => {
                let name = format!("{prefix}{INTEGER}");
                self.record_number(&name, document, ColumnType::I64, *value);
            }
            FieldValue::Real(value) => {
                let name = format!("{prefix}{REAL}");
                self.record_number(&name, document, ColumnType::F64, *value);
            }
            FieldValue::Text(text) => {
                self.0.record_str(document, &format!("{prefix}{TEXT}"), text);
            }
            _ => (),
        }
    }

    fn record_number(
        &mut self,
        name: &str,
        document: u32,
        of: ColumnType,
        value: impl Into<NumericalValue> + Copy,
    ) {
        // Otherwise the type would depend on the values.
        self.0.record_column_type(name, of, false);
        self.0.record_numerical(document, name, value);
    }
}
