//! What is searched for.

use std::fmt;

use crate::progress::{OnProgress, Progress};
use crate::query::Query;

/// One query.
#[derive(Debug)]
pub struct OneQuery {
    pub(super) text: String,
}

/// Several queries.
#[derive(Debug)]
pub struct QueryBatch {
    pub(super) texts: Vec<String>,
}

/// The queries of a run.
pub struct RunQueries<'r> {
    pub(super) queries: Vec<Query>,
    pub(super) on_progress: OnProgress<'r, Progress>,
}

/// Queries for documents instead of passages.
#[derive(Debug)]
pub struct ByDocument<Q> {
    pub(super) queries: Q,
    pub(super) max_passages: usize,
}

/// Queries that find passages, and documents on request.
pub trait FindsPassages {}

impl FindsPassages for OneQuery {}

impl FindsPassages for QueryBatch {}

impl fmt::Debug for RunQueries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let num_queries = self.queries.len();
        f.debug_struct("RunQueries").field("num_queries", &num_queries).finish_non_exhaustive()
    }
}
