//! Adding, replacing and deleting documents.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;

use jacolbert_documents::{Document, Splitting, check_ids};

use crate::Error;
use crate::collection::Collection;
use crate::ingest::{Ingest, Truncated};
use crate::progress::{OnProgress, Progress, report};
use crate::storage::{Change, OnDisk, Snapshot, Storage};

/// Settings for adding or replacing documents. Create them with [`Collection::update`] and run
/// [`add`](Self::add) or [`replace`](Self::replace).
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
#[must_use = "nothing is changed before `add` or `replace`"]
pub struct Updater<'c, S: Storage = OnDisk> {
    collection: &'c Collection<S>,
    splitting: Option<Splitting>,
    on_progress: OnProgress<'c, Progress>,
}

impl<S: Storage> Collection<S> {
    /// Adds documents, all or none, in one commit. Returns the truncated passages. The short form
    /// of [`update`](Self::update).
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Document};
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.add([Document::new("shinano", "信濃川は日本で最も長い川である。")])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Updater::add`].
    pub fn add<D: Borrow<Document> + Send>(
        &self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        self.update().add(documents)
    }

    /// Replaces documents by others with the same ids, all or none, in one commit. Returns the passages
    /// that were truncated. The short form of [`update`](Self::update).
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Document};
    ///
    /// let collection = Collection::open("my-index")?;
    /// collection.replace([Document::new("fuji", "富士山の標高は3,776メートルである。")])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Updater::replace`].
    pub fn replace<D: Borrow<Document> + Send>(
        &self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        self.update().replace(documents)
    }

    /// Deletes documents, all or none, in one commit.
    ///
    /// On disk their texts stay in the folder, unseen, until [`compact`](Collection::compact).
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// Collection::open("my-index")?.delete(["fuji", "biwa"])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`], [`Error::Busy`], [`Error::Index`]. Then nothing has changed, but for
    /// [`NotDurable`](Collection#states).
    pub fn delete(
        &self,
        document_ids: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Error> {
        let ids = document_ids.into_iter().map(|id| id.as_ref().to_owned());
        let ids: BTreeSet<String> = ids.collect();
        self.change(|change| {
            delete_documents(change, ids.iter().map(String::as_str))?;
            let left = change.base().num_documents().checked_sub(ids.len());
            let corrupt = || Error::corrupt(self.storage().path(), "number of documents");
            Ok((left.ok_or_else(corrupt)?, ()))
        })
    }

    /// Settings for adding or replacing documents; [`Updater::add`] or [`Updater::replace`] runs the update.
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
        Updater { collection: self, splitting: None, on_progress: None }
    }
}

impl<'c, S: Storage> Updater<'c, S> {
    /// How documents become passages; by default as the collection was
    /// [indexed](crate::Indexer::splitting), and in memory passages of up to 250 tokens that share up to
    /// 50. Longer passages take more time each in the model. The collection does not remember it.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().splitting(jacolbert::Splitting::Whole).add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitting(mut self, splitting: Splitting) -> Self {
        self.splitting = Some(splitting);
        self
    }

    /// Calls `on_progress` with `done: 0` before the first document is encoded, then once per round of
    /// texts that are encoded together, with the number of documents that are stored. When it breaks, the collection stays as it was and the update is
    /// [`Error::Cancelled`]. By default nothing is reported.
    ///
    /// The callback may search the collection. A change or a reload within it is [`Error::Busy`].
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

    /// Adds documents, all or none, in one commit. Returns the truncated passages.
    ///
    /// They are split and pooled as those of the collection. Searches go on meanwhile, without the new documents.
    ///
    /// The call has the [turn](Collection#turns) from its start to the commit, and keeps the vectors of
    /// all documents in memory until then. Add many documents in several calls, to limit both.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`] for an empty id or one that is taken; [`Error::Model`]; [`Error::Cancelled`];
    /// [`Error::Busy`]; [`Error::Index`], with [`Locked`](jacolbert_index::Error::Locked) while another
    /// handle or process changes the folder. Then nothing has changed, but for
    /// [`NotDurable`](Collection#states).
    #[expect(clippy::should_implement_trait, reason = "it takes documents, not another builder")]
    pub fn add<D: Borrow<Document> + Send>(
        self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        let documents: Vec<D> = documents.into_iter().collect();
        check_ids(&documents)?;
        self.collection.change(|change| {
            for (position, document) in documents.iter().enumerate() {
                let id = &document.borrow().id;
                if !change.base().live_passages(id)?.is_empty() {
                    return Err(Error::duplicate_id(id, position));
                }
            }
            let num_documents = change.base().num_documents() + documents.len();
            Ok((num_documents, self.ingest(change, documents)?))
        })
    }

    /// Replaces documents by others with the same ids, all or none, in one commit. Returns the passages
    /// that were truncated. The new passages get new passage ids.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().replace(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`Error::UnknownId`].
    pub fn replace<D: Borrow<Document> + Send>(
        self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        let documents: Vec<D> = documents.into_iter().collect();
        check_ids(&documents)?;
        self.collection.change(|change| {
            let ids = documents.iter().map(|document| document.borrow().id.as_str());
            delete_documents(change, ids)?;
            let num_documents = change.base().num_documents();
            Ok((num_documents, self.ingest(change, documents)?))
        })
    }

    /// Encodes the documents, whose ids are checked, and adds them to the change.
    fn ingest<D: Borrow<Document> + Send>(
        self,
        change: &mut S::Change,
        documents: Vec<D>,
    ) -> Result<Vec<Truncated>, Error> {
        let base = change.base();
        let ingest = Ingest {
            encoder: self.collection.encoder(),
            splitting: self.splitting.unwrap_or_else(|| base.splitting()),
            pooling: base.pooling(),
            first_passage: base.documents().num_passages(),
        };
        let of = documents.len();
        let mut on_progress = self.on_progress;
        let mut progress = |done| report(&mut on_progress, Progress { done, of });
        let ingested = ingest.run(documents.into_iter().map(Ok), change, &mut progress)?;
        Ok(ingested.truncated)
    }
}

/// Deletes the passages of the documents with these ids, which differ.
fn delete_documents<'i>(
    change: &mut impl Change,
    ids: impl Iterator<Item = &'i str>,
) -> Result<(), Error> {
    for id in ids {
        for passage in change.base().passages_of(id)? {
            change.delete(passage)?;
        }
    }
    Ok(())
}

impl<S: Storage> fmt::Debug for Updater<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updater").field("splitting", &self.splitting).finish_non_exhaustive()
    }
}
