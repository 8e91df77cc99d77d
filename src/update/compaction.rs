//! Compacting a collection on disk.

use super::Updater;
use crate::Error;
use crate::storage::{Change, DiskChange, OnDisk, Snapshot};

impl Updater<'_, OnDisk> {
    /// Rewrites the vectors into few files and removes what deleted documents left; see
    /// [`Collection::compact`](crate::Collection::compact).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// collection.update().wait(Duration::from_secs(30)).compact()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Collection::compact`](crate::Collection::compact).
    pub fn compact(self) -> Result<(), Error> {
        self.collection.change(self.wait, |change: &mut DiskChange| {
            change.compact();
            Ok((change.base().num_documents(), ()))
        })
    }
}
