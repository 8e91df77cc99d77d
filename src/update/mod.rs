//! Adding, replacing and deleting documents.

mod changes;
mod compaction;
mod conditional;
mod short_forms;
mod streams;

use std::fmt;
use std::ops::{ControlFlow, Range};
use std::time::Duration;

use jacolbert_documents::Splitting;

use crate::collection::Collection;
use crate::ingest::Splitter;
use crate::progress::{OnProgress, Progress};
use crate::storage::{OnDisk, Storage};

/// Settings for a change of documents. Create them with [`Collection::update`] and run
/// [`add`](Self::add), [`replace`](Self::replace), [`upsert`](Self::upsert), [`delete`](Self::delete),
/// [`delete_where`](Self::delete_where), [`update_metadata`](Self::update_metadata),
/// [`add_stream`](Self::add_stream), [`upsert_stream`](Self::upsert_stream) or, on disk,
/// [`compact`](Updater::compact).
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use jacolbert::{Collection, Document, Splitting};
///
/// let collection = Collection::open("my-index")?;
/// let documents = [Document::new("shinano", "信濃川は日本で最も長い川である。")];
/// let truncated = collection
///     .update()
///     .splitting(Splitting::Whole)
///     .on_progress(|progress| {
///         println!("{} of {}", progress.done, progress.of);
///         ControlFlow::Continue(())
///     })
///     .add(&documents)?;
/// println!("{} passages were too long", truncated.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is changed before `add`, `replace`, `upsert`, `delete` or `compact`"]
pub struct Updater<'c, S: Storage = OnDisk> {
    collection: &'c Collection<S>,
    splitter: Option<Splitter<'c>>,
    wait: Duration,
    on_progress: OnProgress<'c, Progress>,
}

impl<S: Storage> Collection<S> {
    /// Settings for a change of documents; a verb such as [`Updater::add`] makes the change.
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Document, Splitting};
    ///
    /// let collection = Collection::open("my-index")?;
    /// let documents = [Document::new("shinano", "信濃川は日本で最も長い川である。")];
    /// collection.update().splitting(Splitting::Whole).add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn update(&self) -> Updater<'_, S> {
        Updater { collection: self, splitter: None, wait: Duration::ZERO, on_progress: None }
    }
}

impl<'c, S: Storage> Updater<'c, S> {
    /// How documents become passages; by default as the collection was
    /// [indexed](crate::Indexer::splitting), and in memory as
    /// [`with_splitting`](crate::MemoryCollection::with_splitting) says. Longer passages take more time each in the model. The collection does not remember it.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().splitting(jacolbert::Splitting::Whole).add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitting(mut self, splitting: Splitting) -> Self {
        self.splitter = Some(Splitter::Rule(splitting));
        self
    }

    /// A function of your own that makes passages of documents, from a text to the byte ranges of its
    /// passages; see [`Indexer::splitter`](crate::Indexer::splitter). The collection does not remember it.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// // The first line of a document is what is searched.
    /// let title = |text: &str| vec![0..text.find('\n').unwrap_or(text.len())];
    /// collection.update().splitter(title).add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitter(
        mut self,
        split: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'c,
    ) -> Self {
        self.splitter = Some(Splitter::Own(Box::new(split)));
        self
    }

    /// How long the change waits while another handle or process changes the folder; by default not at all.
    /// When the time is over, the change fails with [`Locked`](jacolbert_index::Error::Locked) within
    /// [`Error::Index`](crate::Error::Index), and nothing has changed.
    ///
    /// The calling thread sleeps between attempts, up to a tenth of a second each, and keeps the
    /// [turn](Collection#turns) of this handle meanwhile. Writers that wait get the lock in no fixed order.
    /// Searches go on. A collection in memory has no other writers, so that nothing is waited for.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// collection.update().wait(Duration::from_secs(30)).delete(["fuji"])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn wait(mut self, longest: Duration) -> Self {
        self.wait = longest;
        self
    }

    /// Calls `on_progress` with `done: 0` before the first document is encoded, then once per round of
    /// texts that are encoded together, with the number of documents that are stored. When it breaks, the
    /// collection stays as it was and the update is [`Error::Cancelled`](crate::Error::Cancelled). By default
    /// nothing is reported; a deletion and a compaction never report.
    ///
    /// The callback may search the collection. A change or a reload within it is
    /// [`Error::Busy`](crate::Error::Busy).
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let stopped = collection.update().on_progress(|_| ControlFlow::Break(())).add(&documents);
    /// assert!(matches!(stopped, Err(jacolbert::Error::Cancelled)));
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(Progress) -> ControlFlow<()> + 'c,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }
}

impl<S: Storage> fmt::Debug for Updater<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updater")
            .field("splitter", &self.splitter)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
