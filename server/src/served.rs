//! A collection that is served.

use std::sync::Arc;

use jacolbert::Collection;
use rayon::ThreadPool;

use crate::code::Code;
use crate::fault::Fault;
use crate::limits::Limits;
use crate::work_queue::WorkQueue;

/// The file that every index has; see docs/file-format.md.
const MANIFEST: &str = "manifest.json";

/// A collection with its name and the queue of its changes.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) name: String,
    pub(crate) collection: Collection,
    /// One change at a time. Threads of the collection would wait for their turn too, but in no order.
    pub(crate) changes: WorkQueue,
}

impl Served {
    /// Serves `collection`; documents of changes are encoded on `threads`.
    pub(crate) fn new(
        name: String,
        collection: Collection,
        threads: Arc<ThreadPool>,
        limits: &Limits,
    ) -> Self {
        let changes = WorkQueue::new(limits.queued_changes, 1, threads, limits.change_time);
        Self { name, collection, changes }
    }

    /// Whether its folder still has an index. An open collection could be searched without, but what somebody
    /// deleted should not be found.
    pub(crate) fn is_in_place(&self) -> bool {
        self.collection.folder().join(MANIFEST).is_file()
    }

    /// # Errors
    /// [`Code::CollectionGone`] if it is not in place.
    pub(crate) fn check_in_place(&self) -> Result<(), Fault> {
        if self.is_in_place() {
            return Ok(());
        }
        let reason = format!("the folder of the collection {:?} was deleted or moved", self.name);
        Err(Fault::new(Code::CollectionGone, reason).at("collection", self.name.as_str()))
    }
}
