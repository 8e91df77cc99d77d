//! Fields of a JSON text, found without parsing the rest of it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::field_path::{FieldPath, Step};
use super::value::Scalar;

/// The value of a field of one document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FieldValue<'m> {
    Missing,
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'m, str>),
    /// The JSON of an array.
    Array(&'m str),
    /// The JSON of an object.
    Object(&'m str),
}

impl<'m> FieldValue<'m> {
    /// The value that is the JSON text `json`.
    pub(crate) fn parse(json: &'m str) -> serde_json::Result<Self> {
        Ok(match json.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'[') => Self::Array(json),
            Some(b'{') => Self::Object(json),
            Some(b'"') => Self::Text(text_of(json)?),
            _ => number(json),
        })
    }

    /// Whether the document has no such field.
    pub(crate) fn is_missing(&self) -> bool {
        *self == Self::Missing
    }

    /// As SQLite sees it.
    pub(crate) fn as_scalar(&self) -> Scalar<'_> {
        match self {
            Self::Missing | Self::Null => Scalar::Null,
            Self::Bool(value) => Scalar::Integer((*value).into()),
            Self::Integer(value) => Scalar::Integer(*value),
            Self::Real(value) => Scalar::Real(*value),
            Self::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            Self::Array(json) | Self::Object(json) => Scalar::Text(minified(json)),
        }
    }
}

fn text_of(json: &str) -> serde_json::Result<Cow<'_, str>> {
    let content = json.get(1..json.len() - 1).unwrap_or_default();
    if content.contains('\\') {
        return serde_json::from_str(json).map(Cow::Owned);
    }
    Ok(Cow::Borrowed(content))
}

/// An integer of 64 bits, or the nearest real.
fn number(json: &str) -> FieldValue<'_> {
    let is_integer = !json.contains(['.', 'e', 'E']);
    let integer = is_integer.then(|| json.parse().ok()).flatten();
    let real = || json.parse().map_or(FieldValue::Null, FieldValue::Real);
    integer.map_or_else(real, FieldValue::Integer)
}

/// The JSON without white space between its tokens.
fn minified(json: &str) -> Cow<'_, str> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    if !json.as_bytes().iter().any(is_space) {
        return Cow::Borrowed(json);
    }
    let mut in_text = false;
    let mut is_escaped = false;
    let kept = json.chars().filter(|&c| {
        let is_kept = in_text || !matches!(c, ' ' | '\n' | '\r' | '\t');
        if c == '"' && !is_escaped {
            in_text = !in_text;
        }
        is_escaped = c == '\\' && !is_escaped;
        is_kept
    });
    Cow::Owned(kept.collect())
}

/// The elements of the JSON array `json`.
pub(crate) fn elements(json: &str) -> serde_json::Result<Vec<FieldValue<'_>>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json)?;
    elements.into_iter().map(|element| FieldValue::parse(element.get())).collect()
}

/// The keys and values of the JSON object `json`, in order; of a key that comes twice, the first value.
#[cfg(feature = "filter")]
pub(crate) fn members(json: &str) -> serde_json::Result<Vec<(Cow<'_, str>, &str)>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let members = deserializer.deserialize_map(Members)?;
    deserializer.end()?;
    Ok(members)
}

/// Which fields of a text are wanted: a tree of their steps.
#[derive(Debug)]
pub(crate) struct WantedFields<'f> {
    nodes: Vec<Wanted<'f>>,
    num_fields: usize,
}

#[derive(Debug, Default)]
struct Wanted<'f> {
    /// The number of the field that ends here.
    field: Option<usize>,
    keys: Vec<(&'f str, usize)>,
    elements: Vec<(usize, usize)>,
}

impl<'f> WantedFields<'f> {
    pub(crate) fn new(paths: &[&'f FieldPath]) -> Self {
        let mut tree = Self { nodes: vec![Wanted::default()], num_fields: paths.len() };
        for (field, path) in paths.iter().enumerate() {
            let end = path.steps.iter().fold(0, |node, step| tree.child(node, step));
            tree.nodes[end].field = Some(field);
        }
        tree
    }

    /// The node behind a step, which is added if it is not there.
    fn child(&mut self, node: usize, step: &'f Step) -> usize {
        let new = self.nodes.len();
        let child = match step {
            Step::Key(key) => child_of(&mut self.nodes[node].keys, key.as_str(), new),
            Step::Element(element) => child_of(&mut self.nodes[node].elements, *element, new),
        };
        if child == new {
            self.nodes.push(Wanted::default());
        }
        child
    }

    /// The values of the fields in the JSON text `metadata`. Of a key that comes twice, the first counts.
    pub(crate) fn find<'m>(&self, metadata: &'m str) -> serde_json::Result<Vec<FieldValue<'m>>> {
        let mut values = vec![FieldValue::Missing; self.num_fields];
        let metadata: &RawValue = serde_json::from_str(metadata)?;
        let mut open = vec![(0, metadata.get())];
        while let Some((node, json)) = open.pop() {
            let wanted = &self.nodes[node];
            if let Some(field) = wanted.field {
                values[field] = FieldValue::parse(json)?;
            }
            let begin = json.as_bytes().first();
            if begin == Some(&b'{') && !wanted.keys.is_empty() {
                let visitor = Children { wanted, open: &mut open };
                serde_json::Deserializer::from_str(json).deserialize_map(visitor)?;
            } else if begin == Some(&b'[') && !wanted.elements.is_empty() {
                let visitor = Children { wanted, open: &mut open };
                serde_json::Deserializer::from_str(json).deserialize_seq(visitor)?;
            }
        }
        Ok(values)
    }
}

/// The child behind `step`, or `new`, which is then put in.
fn child_of<T: Ord>(children: &mut Vec<(T, usize)>, step: T, new: usize) -> usize {
    match children.binary_search_by(|(other, _)| other.cmp(&step)) {
        Ok(at) => children[at].1,
        Err(at) => {
            children.insert(at, (step, new));
            new
        }
    }
}

/// Puts the wanted values of an object or array on a list.
struct Children<'w, 'f, 'm> {
    wanted: &'w Wanted<'f>,
    open: &'w mut Vec<(usize, &'m str)>,
}

impl<'m> Visitor<'m> for Children<'_, '_, 'm> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'m>>(self, mut map: A) -> Result<(), A::Error> {
        let first = self.open.len();
        while let Some(child) = map.next_key_seed(ChildOfKey(self.wanted))? {
            match child.filter(|child| self.open[first..].iter().all(|(other, _)| other != child)) {
                Some(child) => self.open.push((child, map.next_value::<&RawValue>()?.get())),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'m>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(element) = elements.next_element::<&RawValue>()? {
            let wanted = &self.wanted.elements;
            if let Ok(at) = wanted.binary_search_by_key(&number, |(wanted, _)| *wanted) {
                self.open.push((wanted[at].1, element.get()));
            }
            number += 1;
        }
        Ok(())
    }
}

/// Finds the child that a key leads to.
struct ChildOfKey<'w, 'f>(&'w Wanted<'f>);

impl<'m> DeserializeSeed<'m> for ChildOfKey<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'m>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for ChildOfKey<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        let keys = &self.0.keys;
        Ok(keys.binary_search_by_key(&key, |(wanted, _)| wanted).ok().map(|at| keys[at].1))
    }
}

/// Collects all keys and values of an object.
#[cfg(feature = "filter")]
struct Members;

#[cfg(feature = "filter")]
impl<'m> Visitor<'m> for Members {
    type Value = Vec<(Cow<'m, str>, &'m str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'m>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'m, str>, &str)> = Vec::new();
        while let Some(key) = map.next_key::<&RawValue>()? {
            let value = map.next_value::<&RawValue>()?.get();
            let key = text_of(key.get()).map_err(serde::de::Error::custom)?;
            members.push((key, value));
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        members.dedup_by(|later, first| later.0 == first.0);
        Ok(members)
    }
}
