//! Qrels and runs as nested JSON objects, `{"query": {"document": number}}`, read as a stream.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::Error;
use crate::lines;
use crate::origin::Origin;

/// A receiver of the entries of a file, in the file's order.
pub(crate) trait Entries {
    /// A grade or a score.
    type Value: for<'de> Deserialize<'de>;

    /// Adds a query, which may have no entries; a query that is there already is an error.
    fn add_query(&mut self, query: &str) -> Result<(), Error>;

    /// Adds an entry of a query that was added.
    fn add_entry(&mut self, query: &str, document: &str, value: Self::Value) -> Result<(), Error>;
}

/// Reads the objects of a file, plain or gzip, into `entries`.
pub(crate) fn read<E: Entries>(path: &Path, entries: &mut E) -> Result<(), Error> {
    let mut json = serde_json::Deserializer::from_reader(lines::open(path)?);
    let mut failure = None;
    let outer = Outer { entries, failure: &mut failure };
    let result = outer.deserialize(&mut json).and_then(|()| json.end());
    result.map_err(|source| {
        let origin = Origin::Line { path: path.to_owned(), line: source.line() as u64 };
        match failure {
            Some(error) => error.with_origin(&|| origin.clone()),
            None if source.is_io() => Error::Io { path: path.to_owned(), source: source.into() },
            None => not_utf8(path, source.line()).unwrap_or(Error::Json { origin, source }),
        }
    })
}

/// The error of a text that is not UTF-8 somewhere up to `line`, of which serde would only say that it is no
/// JSON.
fn not_utf8(path: &Path, line: usize) -> Option<Error> {
    lines::check_utf8(path, line as u64).err().filter(|error| matches!(error, Error::Utf8 { .. }))
}

/// Writes a value to a file, as gzip if its name ends in `.gz`.
pub(crate) fn save(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    lines::save(path, |out| Ok(serde_json::to_writer(out, value)?))
}

/// The object of queries. `failure` holds a typed error while serde passes its own one up.
struct Outer<'a, E> {
    entries: &'a mut E,
    failure: &'a mut Option<Error>,
}

impl<'de, E: Entries> DeserializeSeed<'de> for Outer<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de, E: Entries> Visitor<'de> for Outer<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an object of documents for each query")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(query) = map.next_key::<String>()? {
            store_failure(self.failure, self.entries.add_query(&query))?;
            map.next_value_seed(Inner {
                query: &query,
                entries: self.entries,
                failure: self.failure,
            })?;
        }
        Ok(())
    }
}

/// The object of one query's documents.
struct Inner<'a, E> {
    query: &'a str,
    entries: &'a mut E,
    failure: &'a mut Option<Error>,
}

impl<'de, E: Entries> DeserializeSeed<'de> for Inner<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de, E: Entries> Visitor<'de> for Inner<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a number for each document")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((document, value)) = map.next_entry::<String, E::Value>()? {
            store_failure(self.failure, self.entries.add_entry(self.query, &document, value))?;
        }
        Ok(())
    }
}

/// Stores a typed error in `failure`, and returns serde's error of the same message.
fn store_failure<J: de::Error>(
    failure: &mut Option<Error>,
    result: Result<(), Error>,
) -> Result<(), J> {
    result.map_err(|error| {
        let message = J::custom(&error);
        *failure = Some(error);
        message
    })
}
