//! A collection in a folder, read without its model.

use std::path::{Path, PathBuf};

use jacolbert_documents::Documents;
use jacolbert_index::{Attachment, Index, PassageId};

use crate::Error;
use crate::collection_info::CollectionInfo;
use crate::settings::Settings;

/// A collection in a folder, read without its model: what it is, and whether it is undamaged.
///
/// [`Collection::open`](crate::Collection::open) opens it with its model, for searches and changes.
///
/// ```no_run
/// use jacolbert::StoredCollection;
///
/// let stored = StoredCollection::open("my-index")?;
/// println!("{} documents of {:?}", stored.info().num_documents, stored.info().model);
/// stored.verify()?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
pub struct StoredCollection {
    folder: PathBuf,
    index: Index,
    documents: Documents<Attachment>,
    settings: Settings,
}

impl StoredCollection {
    /// Opens the collection in `folder`. It reads headers and settings, nothing that grows with the collection.
    ///
    /// ```no_run
    /// let stored = jacolbert::StoredCollection::open("my-index")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] if there is no index; [`Error::Corrupt`] or [`Error::Documents`] if it is no collection, or
    /// is damaged.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let index = Index::open(folder)?;
        let settings = Settings::from_index(folder, &index)?;
        let documents = Documents::from_index(folder, &index)?;
        Ok(Self { folder: folder.into(), index, documents, settings })
    }

    /// What the collection is: its numbers, its model and how it was indexed.
    ///
    /// ```no_run
    /// let stored = jacolbert::StoredCollection::open("my-index")?;
    /// println!("{} passages", stored.info().num_passages);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn info(&self) -> CollectionInfo {
        CollectionInfo::new(&self.index, &self.settings)
    }

    /// Reads everything: all vectors, texts, ids and metadata, and checks every checksum and number.
    ///
    /// ```no_run
    /// jacolbert::StoredCollection::open("my-index")?.verify()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`], [`Error::Documents`] or [`Error::Corrupt`] with the first damaged file.
    pub fn verify(&self) -> Result<(), Error> {
        self.index.verify()?;
        let mut num_documents = 0;
        for passage in self.index.passage_ids() {
            let document_id = self.documents.passage(passage)?.document_id;
            self.documents.metadata(passage)?;
            let passages = self.documents.passages_of(document_id)?.into_iter();
            let first = passages.filter(|&passage| self.is_live(passage)).min();
            num_documents += usize::from(first == Some(passage));
        }
        if num_documents == self.settings.num_documents {
            Ok(())
        } else {
            Err(Error::corrupt(&self.folder, "number of documents"))
        }
    }

    fn is_live(&self, passage: PassageId) -> bool {
        self.index.contains(passage)
    }
}
