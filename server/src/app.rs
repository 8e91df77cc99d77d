//! What all requests share.

use std::sync::Arc;

use jacolbert::Retriever;

use crate::access::Access;
use crate::code::Code;
use crate::fault::Fault;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::served::Served;
use crate::work_queue::WorkQueue;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    /// In the order in which they were given.
    pub(crate) collections: Vec<Arc<Served>>,
    /// The model of requests that name no collection.
    pub(crate) retriever: Retriever,
    pub(crate) limits: Limits,
    /// The work that changes nothing.
    pub(crate) reads: WorkQueue,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) access: Arc<Access>,
}

impl App {
    /// The collection with this name, which is in place.
    ///
    /// # Errors
    /// [`Code::UnknownCollection`], [`Code::CollectionGone`].
    pub(crate) fn collection(&self, name: &str) -> Result<Arc<Served>, Fault> {
        let served = self.collections.iter().find(|served| served.name == name);
        let Some(served) = served else {
            let reason = format!("there is no collection {name:?}");
            return Err(Fault::new(Code::UnknownCollection, reason).at("collection", name));
        };
        served.check_in_place()?;
        Ok(served.clone())
    }

    /// Whether there is a collection with this name.
    pub(crate) fn serves(&self, name: &str) -> bool {
        self.collections.iter().any(|served| served.name == name)
    }

    /// The model of the collection with this name, or that of the server.
    pub(crate) fn retriever(&self, collection: Option<&str>) -> Result<Retriever, Fault> {
        match collection {
            Some(name) => Ok(self.collection(name)?.collection.retriever()),
            None => Ok(self.retriever.clone()),
        }
    }

    /// # Errors
    /// [`Code::AboveLimit`] for a query that is too long.
    pub(crate) fn check_query(&self, query: &str) -> Result<(), Fault> {
        let limit = self.limits.query_chars;
        // The number of bytes is known; most queries are short.
        if query.len() > limit {
            check("query", query.chars().count(), limit)?;
        }
        Ok(())
    }
}

/// # Errors
/// [`Code::AboveLimit`] if `found`, the value of `what`, is above `limit`.
pub(crate) fn check(what: &str, found: usize, limit: usize) -> Result<(), Fault> {
    if found > limit { Err(Fault::above_limit(what, found, limit)) } else { Ok(()) }
}
