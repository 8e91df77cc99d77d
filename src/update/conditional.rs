//! Changes of metadata, and of the documents that pass a filter.

use jacolbert_documents::{Filter, FilterError, check_metadata};
use serde_json::Value;

use super::Updater;
use crate::Error;
use crate::storage::{Change, Snapshot, Storage};

impl<S: Storage> Updater<'_, S> {
    /// Gives a document other metadata, in one commit. Its text is not encoded again, and its passages keep their
    /// ids.
    ///
    /// On disk, a file with the changed metadata is written, of at most 256 KiB. When it has become larger, or when
    /// documents are added behind, the metadata move to the file of the document's text. What the document had
    /// before stays in the folder, unseen, until then or until [`compact`](Updater::compact).
    ///
    /// ```no_run
    /// use serde_json::json;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// collection.update().update_metadata("fuji", json!({ "subject": "地理", "height": 3776 }))?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`], [`Error::Busy`], [`Error::Index`]; [`Error::Documents`] if the stored documents are
    /// damaged or need a [feature](jacolbert_documents::Error::MissingFeature), or if the metadata is
    /// [too deep](jacolbert_documents::Error::DeepMetadata). Then nothing has changed, but for
    /// [`NotDurable`](crate::Collection#states).
    pub fn update_metadata(
        self,
        document_id: impl AsRef<str>,
        metadata: impl Into<Value>,
    ) -> Result<(), Error> {
        let metadata = metadata.into();
        check_metadata(&document_id, &metadata)?;
        let metadata = metadata.to_string();
        self.collection.change(self.wait, |change| {
            let base = change.base().clone();
            for passage in base.passages_of(document_id.as_ref())? {
                change.set_metadata(passage, metadata.clone());
            }
            Ok((base.num_documents(), ()))
        })
    }

    /// Deletes the documents whose metadata pass `filter`, all in one commit. Returns their number.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let num_deleted = collection.update().delete_where("year < 2000 OR withdrawn = TRUE")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Filter`] if a text is no filter; [`Error::Busy`], [`Error::Index`], [`Error::Documents`]. Then
    /// nothing has changed, but for [`NotDurable`](crate::Collection#states).
    pub fn delete_where(
        self,
        filter: impl TryInto<Filter, Error: Into<FilterError>>,
    ) -> Result<usize, Error> {
        let filter = filter.try_into().map_err(Into::into)?;
        self.collection.change(self.wait, |change| {
            let base = change.base().clone();
            let num_deleted = base.num_matching(&filter)?;
            for passage in base.matching_passages(&filter)? {
                change.delete(passage)?;
            }
            let left = base.num_documents().checked_sub(num_deleted);
            let path = self.collection.storage().path();
            Ok((left.ok_or_else(|| Error::corrupt(path, "number of documents"))?, num_deleted))
        })
    }
}
