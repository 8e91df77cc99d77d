//! The short forms of changes, without settings.

use std::borrow::Borrow;

use jacolbert_documents::Document;

use crate::Error;
use crate::collection::Collection;
use crate::ingest::Truncated;
use crate::storage::Storage;

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
    /// As [`Updater::add`](crate::Updater::add).
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
    /// As [`Updater::replace`](crate::Updater::replace).
    pub fn replace<D: Borrow<Document> + Send>(
        &self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        self.update().replace(documents)
    }

    /// Adds the documents whose ids are new and replaces those whose ids the collection has, all or none, in
    /// one commit. Returns the truncated passages. The short form of [`update`](Self::update).
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Document};
    ///
    /// let collection = Collection::open("my-index")?;
    /// let known = Document::new("fuji", "富士山の標高は3,776メートルである。");
    /// let new = Document::new("shinano", "信濃川は日本で最も長い川である。");
    /// collection.upsert([known, new])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Updater::upsert`](crate::Updater::upsert).
    pub fn upsert<D: Borrow<Document> + Send>(
        &self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Truncated>, Error> {
        self.update().upsert(documents)
    }

    /// Deletes documents, all or none, in one commit. The short form of [`update`](Self::update).
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
    /// As [`Updater::delete`](crate::Updater::delete).
    pub fn delete(
        &self,
        document_ids: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Error> {
        self.update().delete(document_ids)
    }
}
