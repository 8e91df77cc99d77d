//! Queries of a test collection.

use std::collections::HashSet;

use jacolbert_eval::BeirQuery;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A query with an id, by which a run and its judgements know it.
///
/// ```
/// use jacolbert::Query;
///
/// let query = Query::new("q1", "日本で一番高い山は？");
/// assert_eq!(query.id, "q1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Its id: not empty, and unique in its run.
    pub id: String,
    /// The text that is searched for.
    pub text: String,
}

impl Query {
    /// A query with this id.
    ///
    /// ```
    /// assert_eq!(jacolbert::Query::new("q1", "一番高い山は？").text, "一番高い山は？");
    /// ```
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into() }
    }
}

impl From<BeirQuery> for Query {
    fn from(BeirQuery { id, text }: BeirQuery) -> Self {
        Self { id, text }
    }
}

/// Checks that no id is empty and all ids differ.
pub(crate) fn check_query_ids(queries: &[Query]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(queries.len());
    for (position, Query { id, .. }) in queries.iter().enumerate() {
        if id.is_empty() {
            return Err(Error::EmptyQueryId { position });
        }
        if !seen.insert(id.as_str()) {
            return Err(Error::DuplicateQuery { id: id.clone(), position });
        }
    }
    Ok(())
}
