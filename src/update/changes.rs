//! The changes that an updater makes.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use jacolbert_documents::{Document, check_documents};

use super::Updater;
use crate::Error;
use crate::ingest::{Ingest, Splitter, Truncated};
use crate::progress::{Progress, report};
use crate::settings::StoredSplitting;
use crate::storage::{Change, Snapshot, Storage};

impl<S: Storage> Updater<'_, S> {
    /// Adds documents, all or none, in one commit. Returns the truncated passages.
    ///
    /// They are split and pooled as those of the collection. Searches go on meanwhile, without the new documents.
    ///
    /// The call has the [turn](crate::Collection#turns) from its start to the commit. On disk, most vectors of
    /// a large addition wait for the commit in files of the folder; [`add_stream`](Self::add_stream) does not
    /// need all texts in memory either.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().add(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`] for an empty id, one that is taken, or a range of
    /// [`splitter`](Self::splitter) that is none; [`Error::OwnSplitter`]; [`Error::Model`];
    /// [`Error::Cancelled`]; [`Error::Busy`]; [`Error::Index`], with [`Locked`](jacolbert_index::Error::Locked) while another
    /// handle or process changes the folder for longer than [`wait`](Self::wait). Then nothing has changed, but
    /// for [`NotDurable`](crate::Collection#states).
    #[expect(clippy::should_implement_trait, reason = "it takes documents, not another builder")]
    pub fn add<D: Borrow<Document> + Send>(
        self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        let documents: Vec<D> = documents.into_iter().collect();
        check_documents(&documents)?;
        self.collection.change(self.wait, |change| {
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
        check_documents(&documents)?;
        self.collection.change(self.wait, |change| {
            for document in &documents {
                delete_document(change, &document.borrow().id)?;
            }
            let num_documents = change.base().num_documents();
            Ok((num_documents, self.ingest(change, documents)?))
        })
    }

    /// Adds the documents whose ids are new and replaces those whose ids the collection has, all or none, in
    /// one commit. Returns the truncated passages.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// collection.update().upsert(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add); an id may be one that the collection has, but not stand twice among `documents`.
    pub fn upsert<D: Borrow<Document> + Send>(
        self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        let documents: Vec<D> = documents.into_iter().collect();
        check_documents(&documents)?;
        self.collection.change(self.wait, |change| {
            let mut num_documents = change.base().num_documents();
            for document in &documents {
                let id = &document.borrow().id;
                if change.base().live_passages(id)?.is_empty() {
                    num_documents += 1;
                } else {
                    delete_document(change, id)?;
                }
            }
            Ok((num_documents, self.ingest(change, documents)?))
        })
    }

    /// Deletes documents, all or none, in one commit.
    ///
    /// On disk their texts stay in the folder, unseen, until [`compact`](Updater::compact).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// collection.update().wait(Duration::from_secs(30)).delete(["fuji", "biwa"])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`], [`Error::Busy`], [`Error::Index`]. Then nothing has changed, but for
    /// [`NotDurable`](crate::Collection#states).
    pub fn delete(
        self,
        document_ids: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Error> {
        let ids = document_ids.into_iter().map(|id| id.as_ref().to_owned());
        let ids: BTreeSet<String> = ids.collect();
        self.collection.change(self.wait, |change| {
            for id in &ids {
                delete_document(change, id)?;
            }
            let left = change.base().num_documents().checked_sub(ids.len());
            let path = self.collection.storage().path();
            let left = left.ok_or_else(|| Error::corrupt(path, "number of documents"))?;
            Ok((left, ()))
        })
    }

    /// Encodes the documents, whose ids are checked, and adds them to the change.
    fn ingest<D: Borrow<Document> + Send>(
        mut self,
        change: &mut S::Change,
        documents: Vec<D>,
    ) -> Result<Vec<Truncated>, Error> {
        let mut on_progress = self.on_progress.take();
        let ingest = self.ingest_into(change.base().as_ref())?;
        let of = documents.len();
        let mut progress = |done| report(&mut on_progress, Progress { done, of });
        let ingested = ingest.run(documents.into_iter().map(Ok), change, &mut progress)?;
        Ok(ingested.truncated)
    }
}

impl<'c, S: Storage> Updater<'c, S> {
    /// How documents that come to `base` become passages; it takes the splitter.
    ///
    /// # Errors
    /// [`Error::OwnSplitter`].
    pub(super) fn ingest_into(&mut self, base: &S::Snapshot) -> Result<Ingest<'c>, Error> {
        let splitter = match (self.splitter.take(), base.splitting()) {
            (Some(splitter), _) => splitter,
            (None, StoredSplitting::Rule(splitting)) => Splitter::Rule(splitting),
            (None, StoredSplitting::Own) => {
                return Err(Error::OwnSplitter { path: self.collection.storage().path().into() });
            }
        };
        Ok(Ingest {
            encoder: self.collection.encoder(),
            splitter,
            pooling: base.pooling(),
            first_passage: base.documents().num_ids(),
        })
    }
}

/// Deletes the passages of a document.
///
/// # Errors
/// [`Error::UnknownId`].
fn delete_document(change: &mut impl Change, id: &str) -> Result<(), Error> {
    for passage in change.base().passages_of(id)? {
        change.delete(passage)?;
    }
    Ok(())
}
