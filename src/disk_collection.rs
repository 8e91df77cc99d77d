//! What only a collection on disk can do.

use std::path::Path;

use jacolbert_index::Index;

use crate::Error;
use crate::collection::Collection;
use crate::retriever::Retriever;
use crate::storage::{DiskSnapshot, OnDisk, Sealed};

impl Retriever {
    /// Opens the collection in `folder`, which this model encoded. The collection shares the loaded
    /// model. The time does not grow with the collection.
    ///
    /// While a collection is open, nobody may shorten or overwrite the files in its folder: they are mapped
    /// into memory, and the system ends a process that reads behind the end of such a file (SIGBUS). Changes
    /// by this crate are safe, they only write new files. Opening checks sizes, not contents. Call
    /// [`index().verify()`](Collection::index) after the folder was copied or restored, or if the disk is in
    /// doubt; it reads all files of the index.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let collection = retriever.open("my-index")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`], [`Error::Corrupt`], [`Error::Documents`], and [`Error::OtherModel`] if another
    /// model encoded it.
    pub fn open(&self, folder: impl AsRef<Path>) -> Result<Collection, Error> {
        let storage = OnDisk::new(folder.as_ref())?;
        let snapshot = DiskSnapshot::open(self.encoder(), storage.path())?;
        Ok(Collection::from_snapshot(self.shared_encoder(), storage, snapshot))
    }
}

impl Collection<OnDisk> {
    /// The folder, as a whole path.
    ///
    /// ```no_run
    /// println!("{}", jacolbert::Collection::open("my-index")?.folder().display());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn folder(&self) -> &Path {
        self.storage().path()
    }

    /// The index of the passages in the present state, for the crates [`index`](crate::index) and
    /// [`search`](crate::search).
    ///
    /// ```no_run
    /// jacolbert::Collection::open("my-index")?.index().verify()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn index(&self) -> Index {
        self.snapshot().index().clone()
    }

    /// Opens the latest commit of the folder, by whatever handle or process.
    ///
    /// Searches that run meanwhile finish on the state that they began with. If this handle is being
    /// changed, the call waits until that is done.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// // Another process adds documents.
    /// collection.reload()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Retriever::open`], and [`Error::Busy`]; then the handle keeps its state.
    pub fn reload(&self) -> Result<(), Error> {
        let _turn = self.take_turn()?;
        self.install(DiskSnapshot::open(self.encoder(), self.storage().path())?);
        Ok(())
    }

    /// Rewrites the vectors into few files and removes what deleted documents left: afterwards no file
    /// of the folder has their vectors, texts, ids or metadata. Passages keep their ids. The short form of
    /// [`update`](Self::update).
    ///
    /// It costs about the time of reading and writing the index. Handles that have an older state open
    /// keep it. Where the system does not remove files that are open, the old files are removed by a
    /// later commit.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.delete(["fuji"])?;
    /// collection.compact()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`], [`Error::Busy`], and [`Error::Documents`] if the stored documents are damaged;
    /// then nothing has changed, but for [`NotDurable`](Collection#states).
    pub fn compact(&self) -> Result<(), Error> {
        self.update().compact()
    }
}
