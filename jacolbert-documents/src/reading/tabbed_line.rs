//! A document as a line with tabs.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::field_names::{FieldNames, Roles, is_id};
use super::tabbed_fields::{Field, Quotes, fields, plain_fields};
use crate::Document;

/// What the columns of a file are, as its first line says.
#[derive(Debug, Default)]
pub(super) enum Columns {
    /// The first line is not read yet.
    #[default]
    Unknown,
    /// Id, text and perhaps a title.
    Usual,
    /// Columns with names.
    Named {
        names: Vec<String>,
        roles: Roles,
        /// Whether the names are quoted, which they need not be.
        quoted: bool,
    },
}

impl Columns {
    /// The document of a record, nothing if the record names the columns, or what is wrong with it.
    pub(super) fn parse(
        &mut self,
        record: &str,
        quotes: Quotes,
        chosen: &FieldNames,
    ) -> Result<Option<Document>, String> {
        let (fields, is_open) = match quotes {
            Quotes::Never => (plain_fields(record), false),
            Quotes::Detect | Quotes::Csv => fields(record),
        };
        let all_quoted = quotes == Quotes::Csv;
        if matches!(self, Self::Unknown) {
            *self = Self::of_first(&fields, chosen)?;
            if matches!(self, Self::Named { .. }) {
                return Ok(None);
            }
        }
        let document = match self {
            Self::Named { names, roles, quoted } => {
                named_document(&values(&fields, *quoted || all_quoted), names, *roles)?
            }
            _ => usual_document(values(&fields, all_quoted || fields[0].quoted.is_some()))?,
        };
        if is_open && (all_quoted || document.id.starts_with('"')) {
            return Err("a field begins with a quotation mark that is not closed".into());
        }
        Ok(Some(document))
    }

    /// What the first record says. It names the columns where the caller chooses some by name.
    fn of_first(fields: &[Field<'_>], chosen: &FieldNames) -> Result<Self, String> {
        let names: Vec<String> =
            values(fields, true).iter().map(|name| name.trim().into()).collect();
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let quoted = fields.iter().all(|field| field.quoted.is_some());
        match Roles::of(&lower, &chosen.to_lowercase()) {
            Err(why) if chosen.is_given() => {
                Err(format!("of the columns that the first line names, {why}"))
            }
            Ok(roles) => Ok(Self::Named { names, roles, quoted }),
            Err(why) if is_id(lower[0]) => Err(format!(
                "the first line is either a document with the id {:?}, or it names columns, of which {why}",
                names[0]
            )),
            Err(_) => Ok(Self::Usual),
        }
    }
}

fn values<'r>(fields: &[Field<'r>], quoted: bool) -> Vec<Cow<'r, str>> {
    let value = |field: &Field<'r>| {
        if quoted { field.quoted_anyway() } else { field.minimally_quoted() }
    };
    fields.iter().map(value).collect()
}

fn usual_document(fields: Vec<Cow<'_, str>>) -> Result<Document, String> {
    match &fields[..] {
        [_] => Err("no tab between id and text".into()),
        [id, text] => Ok(Document::new(&**id, &**text)),
        [id, text, title] if title.is_empty() => Ok(Document::new(&**id, &**text)),
        [id, text, title] => {
            let metadata = serde_json::json!({ "title": title });
            Ok(Document::new(&**id, &**text).with_metadata(metadata))
        }
        more => Err(format!(
            "{} fields: either the text has tabs and must be quoted, or there are columns that the first \
             line must name",
            more.len()
        )),
    }
}

fn named_document(
    fields: &[Cow<'_, str>],
    names: &[String],
    roles: Roles,
) -> Result<Document, String> {
    if fields.len() != names.len() {
        return Err(format!("{} fields where the first line names {}", fields.len(), names.len()));
    }
    let mut others = Map::new();
    for (n, (name, value)) in names.iter().zip(fields).enumerate() {
        let is_index = n == 0 && name.is_empty();
        if n != roles.id && n != roles.text && !is_index && !value.is_empty() {
            others.insert(name.clone(), Value::String(value.to_string()));
        }
    }
    let document = Document::new(&*fields[roles.id], &*fields[roles.text]);
    if others.is_empty() { Ok(document) } else { Ok(document.with_metadata(others.into())) }
}
