//! Filters over metadata, as rig builds them.

use std::fmt;
use std::str::FromStr;

use jacolbert::{Filter, FilterValue, field};
use rig_core::vector_store::request::{Filter as RigFilter, FilterError, SearchFilter};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::Value;

/// A filter over the metadata of documents: built with rig's [`SearchFilter`], parsed from a text, or a
/// [`jacolbert::Filter`].
///
/// ```
/// use jacolbert_rig::MetadataFilter;
/// use rig_core::vector_store::request::SearchFilter;
/// use serde_json::json;
///
/// let built = MetadataFilter::gt("year", json!(2019)).and(MetadataFilter::eq("lang", json!("ja")));
/// assert_eq!(built.to_string(), "year > 2019 AND lang = 'ja'");
/// let parsed: MetadataFilter = "year >= 2020 AND tags HAS 'sport'".parse()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The semantics are those of [`jacolbert::Filter`], that is SQLite's. They differ from rig's store in memory in this:
///
/// - A dot in a key leads to a key of an object within the object.
/// - `eq` with null passes documents where the field is null and also those without it.
/// - Texts are greater than numbers, and true and false are 1 and 0.
///
/// As JSON a filter is its text. It is read from a text, or from rig's own form such as `{"eq": ["lang", "ja"]}`, which
/// type-erased searches use.
#[derive(Debug, Clone)]
pub struct MetadataFilter {
    /// What is wrong is reported by the search, since rig's builders return no errors.
    filter: Result<Filter, InvalidFilter>,
}

/// A value that no filter can compare with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "field `{field}` is compared with {found}; filters compare with texts, numbers, true, false and null"
)]
pub struct InvalidFilter {
    /// The field.
    pub field: String,
    /// The kind of the value.
    pub found: &'static str,
}

impl From<InvalidFilter> for FilterError {
    fn from(error: InvalidFilter) -> Self {
        Self::Expected {
            expected: format!("a text, number, true, false or null for field `{}`", error.field),
            got: error.found.into(),
        }
    }
}

impl MetadataFilter {
    /// The filter.
    ///
    /// # Errors
    /// [`InvalidFilter`] if a field is compared with an array or an object.
    pub fn get(&self) -> Result<&Filter, InvalidFilter> {
        self.filter.as_ref().map_err(Clone::clone)
    }

    /// A comparison of the field `key` with `value`.
    fn comparison(
        key: &str,
        value: Value,
        compare: impl FnOnce(jacolbert::Field, FilterValue) -> Filter,
    ) -> Self {
        let filter = value_of(value)
            .map(|value| compare(field(key), value))
            .map_err(|found| InvalidFilter { field: key.into(), found });
        Self { filter }
    }

    /// Both filters, joined; the first that is invalid if one is.
    fn joined(self, other: Self, join: impl FnOnce(Filter, Filter) -> Filter) -> Self {
        Self { filter: self.filter.and_then(|first| Ok(join(first, other.filter?))) }
    }
}

/// What a filter compares with; the kind of `value` if it cannot.
fn value_of(value: Value) -> Result<FilterValue, &'static str> {
    match value {
        Value::Null => Ok(FilterValue::Null),
        Value::Bool(value) => Ok(value.into()),
        Value::String(value) => Ok(value.into()),
        Value::Number(number) => Ok(match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => integer.into(),
            (None, Some(integer)) => integer.into(),
            (None, None) => number.as_f64().into(),
        }),
        Value::Array(_) => Err("an array"),
        Value::Object(_) => Err("an object"),
    }
}

impl SearchFilter for MetadataFilter {
    type Value = Value;

    fn eq(key: impl AsRef<str>, value: Value) -> Self {
        Self::comparison(key.as_ref(), value, |field, value| match value {
            FilterValue::Null => field.is_null(),
            value => field.eq(value),
        })
    }

    fn gt(key: impl AsRef<str>, value: Value) -> Self {
        Self::comparison(key.as_ref(), value, jacolbert::Field::gt)
    }

    fn lt(key: impl AsRef<str>, value: Value) -> Self {
        Self::comparison(key.as_ref(), value, jacolbert::Field::lt)
    }

    fn and(self, other: Self) -> Self {
        self.joined(other, |first, second| first.and(second))
    }

    fn or(self, other: Self) -> Self {
        self.joined(other, |first, second| first.or(second))
    }
}

impl From<Filter> for MetadataFilter {
    fn from(filter: Filter) -> Self {
        Self { filter: Ok(filter) }
    }
}

impl FromStr for MetadataFilter {
    type Err = jacolbert::FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Filter>().map(Self::from)
    }
}

impl fmt::Display for MetadataFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.filter {
            Ok(filter) => filter.fmt(f),
            Err(error) => write!(f, "({error})"),
        }
    }
}

impl Serialize for MetadataFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.filter {
            Ok(filter) => serializer.collect_str(filter),
            Err(error) => Err(ser::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for MetadataFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a filter as text, or rig's eq, gt, lt, and, or")]
        enum Form {
            Text(String),
            Built(RigFilter<Value>),
        }
        let filter = match Form::deserialize(deserializer)? {
            Form::Text(text) => text.parse().map_err(de::Error::custom)?,
            Form::Built(built) => built.interpret::<Self>(),
        };
        filter.get().map_err(de::Error::custom)?;
        Ok(filter)
    }
}
