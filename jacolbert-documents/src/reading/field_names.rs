//! Which fields or columns of a record are the id and the text of a document.

use serde_json::{Map, Value};

use super::field_fault::FieldFault;
use crate::Document;

/// Which fields of a record are the id and the text of a document. All others become its metadata.
///
/// By default the fields are found by their usual names; see [`read_jsonl`](crate::read_jsonl).
///
/// ```
/// use jacolbert_documents::FieldNames;
/// use serde_json::json;
///
/// let names = FieldNames { id: Some("url".into()), text: Some("abstract".into()) };
/// let record = json!({ "url": "/fuji", "abstract": "富士山は高い。", "year": 2020 });
/// let document = names.document(record.as_object().cloned().unwrap_or_default())?;
/// assert_eq!(document.id, "/fuji");
/// assert_eq!(document.metadata, json!({ "year": 2020 }));
/// # Ok::<(), jacolbert_documents::FieldFault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldNames {
    /// The field of the id; by default `id`, `_id`, or a name such as `docid`.
    pub id: Option<String>,
    /// The field of the text; by default `text`, or a name such as `contents`.
    pub text: Option<String>,
}

impl FieldNames {
    /// The document that a record with these fields is. A field that is null is as one that is not there.
    ///
    /// ```
    /// use jacolbert_documents::{FieldFault, FieldNames};
    ///
    /// let nothing = FieldNames::default().document(serde_json::Map::new());
    /// assert!(matches!(nothing, Err(FieldFault::Missing { .. })));
    /// ```
    ///
    /// # Errors
    /// [`FieldFault`]: id or text is missing, could be one of two fields or has the wrong type, or `metadata` has
    /// no room for the other fields.
    pub fn document(&self, mut fields: Map<String, Value>) -> Result<Document, FieldFault> {
        fields.retain(|_, value| !value.is_null());
        let is_doubled = fields.contains_key("id") && fields.get("id") == fields.get("_id");
        if self.id.is_none() && is_doubled {
            fields.remove("_id");
        }
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let roles = Roles::of(&names, self)?;
        let id = names[roles.id].to_string();
        let text = names[roles.text].to_string();
        // One field may be both.
        let given = fields.get(&id).cloned();
        let text = match fields.remove(&text) {
            Some(Value::String(text)) => text,
            other => {
                return Err(FieldFault::Text { name: text, value: other.unwrap_or_default() });
            }
        };
        fields.remove(&id);
        let id = id_of(&id, given)?;
        Ok(Document { id, text, metadata: metadata(fields)? })
    }

    /// These names in lower case.
    pub(super) fn to_lowercase(&self) -> Self {
        let lower = |name: &Option<String>| name.as_ref().map(|name| name.to_lowercase());
        Self { id: lower(&self.id), text: lower(&self.text) }
    }

    /// Whether one of the fields is named.
    pub(super) fn is_given(&self) -> bool {
        self.id.is_some() || self.text.is_some()
    }
}

/// The places of id and text among the fields of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Roles {
    pub(super) id: usize,
    pub(super) text: usize,
}

const IDS: [&str; 2] = ["id", "_id"];
const OTHER_IDS: [&str; 7] =
    ["docid", "doc_id", "document_id", "pid", "passage_id", "corpus_id", "corpus-id"];
const TEXTS: [&str; 1] = ["text"];
const OTHER_TEXTS: [&str; 5] = ["contents", "content", "passage", "body", "document"];

impl Roles {
    /// The id and the text among fields with these names.
    ///
    /// # Errors
    /// What is missing, or which of several it could be.
    pub(super) fn of(names: &[&str], chosen: &FieldNames) -> Result<Self, FieldFault> {
        Ok(Self {
            id: place("id", names, chosen.id.as_deref(), &[&IDS, &OTHER_IDS])?,
            text: place("text", names, chosen.text.as_deref(), &[&TEXTS, &OTHER_TEXTS])?,
        })
    }
}

/// Whether `name` can only be that of an id.
pub(super) fn is_id(name: &str) -> bool {
    IDS.contains(&name) || OTHER_IDS.contains(&name)
}

/// The place of the field `chosen`, or of the only one of `names` that is in the first list of `known` that has any
/// of them.
fn place(
    role: &'static str,
    names: &[&str],
    chosen: Option<&str>,
    known: &[&[&str]],
) -> Result<usize, FieldFault> {
    if let Some(chosen) = chosen {
        let place = names.iter().position(|&name| name == chosen);
        return place.ok_or_else(|| FieldFault::Missing { name: chosen.into() });
    }
    for list in known {
        let places: Vec<usize> = (0..names.len()).filter(|&n| list.contains(&names[n])).collect();
        match places[..] {
            [] => {}
            [place] => return Ok(place),
            [first, second, ..] => {
                let names = [names[first].into(), names[second].into()];
                return Err(FieldFault::Ambiguous { role, names });
            }
        }
    }
    Err(FieldFault::Missing { name: role.into() })
}

/// The id of a document; a number is its digits.
fn id_of(name: &str, value: Option<Value>) -> Result<String, FieldFault> {
    match value.unwrap_or_default() {
        Value::String(id) => Ok(id),
        Value::Number(id) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        value => Err(FieldFault::Id { name: name.into(), value }),
    }
}

/// The metadata of a document whose other fields are `fields`.
fn metadata(mut fields: Map<String, Value>) -> Result<Value, FieldFault> {
    let given = fields.remove("metadata").unwrap_or_default();
    if fields.is_empty() {
        return Ok(given);
    }
    let mut all = match given {
        Value::Null => Map::new(),
        Value::Object(all) => all,
        value => {
            let others = fields.keys().cloned().collect();
            return Err(FieldFault::NoRoom { value, others });
        }
    };
    for (name, value) in fields {
        match all.get(&name) {
            Some(other) if *other != value => {
                return Err(FieldFault::Differ { name, value, in_metadata: other.clone() });
            }
            _ => all.insert(name, value),
        };
    }
    Ok(Value::Object(all))
}
