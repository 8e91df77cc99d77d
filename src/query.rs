//! Queries of a test collection.

use std::collections::HashSet;

use jacolbert_eval::BeirQuery;

use crate::Error;

/// A question with a name, by which a run and its judgements know it.
///
/// ```
/// use jacolbert::Query;
///
/// let query = Query::new("q1", "日本で一番高い山は？");
/// assert_eq!(query.id, "q1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its name: not empty, and no other query of the run has it.
    pub id: String,
    /// What is searched for.
    pub text: String,
}

impl Query {
    /// A query of this name.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into() }
    }
}

impl From<BeirQuery> for Query {
    fn from(BeirQuery { id, text }: BeirQuery) -> Self {
        Self { id, text }
    }
}

/// Checks that no id is there twice. Runs refuse empty ones.
pub(crate) fn check_query_ids(queries: &[Query]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(queries.len());
    let mut numbered = queries.iter().enumerate();
    match numbered.find(|(_, query)| !seen.insert(query.id.as_str())) {
        Some((position, query)) => Err(Error::DuplicateQuery { id: query.id.clone(), position }),
        None => Ok(()),
    }
}
