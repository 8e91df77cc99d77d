//! A collection: documents that can be searched and changed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jacolbert_model::Encoder;

use crate::Error;
use crate::lock_wait::retry_while_locked;
use crate::retriever::Retriever;
use crate::storage::{Change, Committed, OnDisk, Snapshot, Storage};
use crate::turn::{Turn, TurnGuard};

/// Documents that can be searched and changed, in a folder or [in memory](crate::MemoryCollection).
///
/// All methods take `&self`, so that threads can share a collection in an [`Arc`]: many search while one
/// adds.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use jacolbert::{Collection, Document};
///
/// let collection = Arc::new(Collection::open("my-index")?);
/// let searching = collection.clone();
/// let thread = std::thread::spawn(move || searching.search("一番高い山は？", 10));
/// collection.add([Document::new("shinano", "信濃川は日本で最も長い川である。")])?;
/// let hits = thread.join().expect("the search does not panic")?;
/// println!("{} hits", hits.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
///
/// # States
///
/// Every change is one commit, all or nothing, of vectors, texts and metadata. A search keeps the state
/// that it began with until its end, whatever is committed meanwhile. A handle sees its own commits as
/// soon as they return; it sees those of other handles and processes after [`reload`](Self::reload), or
/// after a change of its own, since a change starts from the latest commit of the folder.
///
/// An error of a change means that nothing has changed, with one exception:
/// [`NotDurable`](jacolbert_index::Error::NotDurable) within [`Error::Index`] says that the change is
/// committed and visible, but that a power failure may lose it. Do not repeat such a change.
///
/// # Turns
///
/// Threads that change one handle take turns: the second one waits until the first has committed. Where
/// waiting could last forever, the call returns [`Error::Busy`] at once and changes nothing:
///
/// - in a callback or elsewhere on the thread that is changing the handle, and
/// - on a thread of a rayon pool while any other thread is changing the handle. The change may need that
///   thread to go on.
///
/// So do not add documents one by one with rayon's `par_iter`. Add them all in one call, which encodes on
/// all cores and is one commit.
///
/// Only one handle or process can change a folder at a time: others get
/// [`Locked`](jacolbert_index::Error::Locked) within [`Error::Index`], at once or after the time that
/// [`Updater::wait`](crate::Updater::wait) sets.
pub struct Collection<S: Storage = OnDisk> {
    encoder: Arc<Encoder>,
    storage: S,
    snapshot: RwLock<Arc<S::Snapshot>>,
    turn: Turn,
}

impl<S: Storage> Collection<S> {
    pub(crate) fn from_snapshot(encoder: Arc<Encoder>, storage: S, snapshot: S::Snapshot) -> Self {
        let snapshot = RwLock::new(Arc::new(snapshot));
        Self { encoder, storage, snapshot, turn: Turn::default() }
    }

    /// The model of the collection.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let another = collection.retriever().open("another-index")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn retriever(&self) -> Retriever {
        Retriever::sharing(self.encoder.clone())
    }

    /// Number of documents.
    ///
    /// ```no_run
    /// println!("{}", jacolbert::Collection::open("my-index")?.num_documents());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn num_documents(&self) -> usize {
        self.snapshot().num_documents()
    }

    /// Number of passages that the documents were split into.
    ///
    /// ```no_run
    /// println!("{}", jacolbert::Collection::open("my-index")?.num_passages());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn num_passages(&self) -> usize {
        self.snapshot().num_passages()
    }

    /// Whether there is a document with this id.
    ///
    /// ```no_run
    /// assert!(jacolbert::Collection::open("my-index")?.contains("fuji")?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`] if the stored documents are damaged.
    pub fn contains(&self, document_id: impl AsRef<str>) -> Result<bool, Error> {
        Ok(!self.snapshot().live_passages(document_id.as_ref())?.is_empty())
    }

    /// Whether the collection keeps words, by which [hybrid](crate::SearchBuilder::hybrid) searches rank.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let query = collection.query("一番高い山は？");
    /// let hits = if collection.has_words() {
    ///     query.hybrid(jacolbert::Fusion::default()).search()?
    /// } else {
    ///     query.search()?
    /// };
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "words")]
    pub fn has_words(&self) -> bool {
        !matches!(self.snapshot().words(), Err(Error::NoWords { .. }))
    }

    pub(crate) fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    pub(crate) fn storage(&self) -> &S {
        &self.storage
    }

    /// The present state, which the caller keeps as long as it wants.
    pub(crate) fn snapshot(&self) -> Arc<S::Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a change and commits it; `make` returns the number of documents afterwards and a result. While
    /// another writer has the lock, the call waits, for at most `wait`.
    pub(crate) fn change<T>(
        &self,
        wait: Duration,
        make: impl FnOnce(&mut S::Change) -> Result<(usize, T), Error>,
    ) -> Result<T, Error> {
        let _turn = self.take_turn()?;
        let begin = || self.storage.begin(&self.encoder, &self.snapshot());
        let mut change = retry_while_locked(wait, begin)?;
        let (num_documents, result) = make(&mut change)?;
        self.install_commit(change.commit(&self.encoder, num_documents)?)?;
        Ok(result)
    }

    /// Waits until no other thread changes this handle.
    ///
    /// # Errors
    /// [`Error::Busy`] where waiting could last forever.
    pub(crate) fn take_turn(&self) -> Result<TurnGuard<'_>, Error> {
        self.turn.take().ok_or_else(|| Error::Busy { path: self.storage.path().into() })
    }

    /// Makes a commit the state that later searches see, also where it is not known to be on disk. The
    /// caller has the turn.
    pub(crate) fn install_commit(&self, commit: Committed<S::Snapshot>) -> Result<(), Error> {
        self.install(commit.snapshot);
        commit.durable
    }

    /// Makes `snapshot` the state that later searches see. The caller has the turn.
    pub(crate) fn install(&self, snapshot: S::Snapshot) {
        let next = Arc::new(snapshot.sharing(&self.snapshot()));
        let mut present = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        let last = std::mem::replace(&mut *present, next);
        drop(present);
        // Closing the files of the last state takes time, for which no search waits.
        drop(last);
    }
}

/// Where the collection is, its numbers of documents and passages, and its model; no contents.
impl<S: Storage> fmt::Debug for Collection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection")
            .field("storage", &self.storage)
            .field("num_documents", &self.num_documents())
            .field("num_passages", &self.num_passages())
            .field("encoder", &self.encoder)
            .finish_non_exhaustive()
    }
}
