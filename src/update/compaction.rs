//! Compacting a collection on disk.

#[cfg(feature = "words")]
use jacolbert_documents::Analyser;

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

    /// Compacts the collection and makes the words of all its passages with `analyser`, in the place of those that it
    /// has. From then on, every change follows them and [hybrid searches](crate::SearchBuilder::hybrid) read them.
    ///
    /// It costs a compaction and reading all texts. It is also the way to name the new folder of a dictionary that
    /// has moved.
    ///
    /// ```no_run
    /// use jacolbert::{Analyser, Collection};
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.update().build_words(Analyser::default())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Collection::compact`](crate::Collection::compact); [`Error::Documents`] if the dictionary of the analyser
    /// fails, [`Error::Io`] if the name of its folder is not UTF-8.
    #[cfg(feature = "words")]
    pub fn build_words(self, analyser: Analyser) -> Result<(), Error> {
        self.change_words(Some(analyser))
    }

    /// Compacts the collection and removes its words.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// Collection::open("my-index")?.update().remove_words()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Collection::compact`](crate::Collection::compact).
    #[cfg(feature = "words")]
    pub fn remove_words(self) -> Result<(), Error> {
        self.change_words(None)
    }

    #[cfg(feature = "words")]
    fn change_words(self, analyser: Option<Analyser>) -> Result<(), Error> {
        self.collection.change(self.wait, |change: &mut DiskChange| {
            change.build_words(analyser)?;
            Ok((change.base().num_documents(), ()))
        })
    }
}
