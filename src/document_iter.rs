//! The documents of a collection, one after the other.

use std::fmt;
use std::sync::Arc;

use jacolbert_core::Embeddings;
use jacolbert_index::PassageId;

use crate::Error;
use crate::chosen_filter::ChosenFilter;
use crate::page::PageCursor;
use crate::storage::{OnDisk, Snapshot, Storage};
use crate::stored_document::{StoredDocument, find_document};

/// The documents of one state of a collection; the iterator of [`DocumentPages`](crate::DocumentPages).
///
/// ```no_run
/// use jacolbert::{Collection, StoredDocument};
///
/// let collection = Collection::open("my-index")?;
/// let all: Vec<StoredDocument> = collection.documents().into_iter().collect::<Result<_, _>>()?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
pub struct DocumentIter<S: Storage = OnDisk> {
    snapshot: Arc<S::Snapshot>,
    cursor: PageCursor,
    /// The document of the last passage that was looked at. Its further passages begin no document.
    last_id: String,
    passing: Passing,
}

/// Which documents an iterator gives.
#[derive(Debug)]
enum Passing {
    /// Those that pass the filter, which is not evaluated yet.
    Unknown(ChosenFilter),
    All,
    /// Those with these passages, ascending.
    Only(Vec<PassageId>),
}

impl<S: Storage> DocumentIter<S> {
    pub(crate) fn new(
        snapshot: Arc<S::Snapshot>,
        cursor: PageCursor,
        filter: ChosenFilter,
    ) -> Self {
        Self { snapshot, cursor, last_id: String::new(), passing: Passing::Unknown(filter) }
    }

    /// The vectors of a passage, as [`Collection::embeddings`](crate::Collection::embeddings), in the state of the
    /// collection that the iterator reads, whatever has changed since.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let mut documents = collection.documents().into_iter();
    /// while let Some(document) = documents.next().transpose()? {
    ///     for passage in &document.passages {
    ///         let embeddings = documents.embeddings(passage.passage_id)?;
    ///         println!("{} {}", passage.content, embeddings.num_tokens());
    ///     }
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownPassage`]; [`Error::Index`] where the stored vectors are damaged.
    pub fn embeddings(&self, passage: PassageId) -> Result<Embeddings, Error> {
        self.snapshot.embeddings(passage)
    }

    /// The id of the next document, behind which the iterator goes on.
    pub(crate) fn next_id(&mut self) -> Result<Option<String>, Error> {
        let id = self.find_next()?;
        if id.is_some() {
            self.cursor.next += 1;
        }
        Ok(id)
    }

    /// Where the next document begins; none if there is none.
    pub(crate) fn next_cursor(mut self) -> Result<Option<PageCursor>, Error> {
        Ok(self.find_next()?.map(|_| self.cursor))
    }

    /// Goes on to the first passage of the next document and returns its id.
    fn find_next(&mut self) -> Result<Option<String>, Error> {
        self.evaluate_filter()?;
        let documents = self.snapshot.documents();
        while let Some(passage) = self.next_passing(PassageId(self.cursor.next))? {
            self.cursor.next = passage.0;
            let id = documents.passage(passage)?.document_id;
            if id != self.last_id && self.snapshot.contains(passage) {
                self.last_id = id.to_owned();
                if self.snapshot.live_passages(id)?.into_iter().min() == Some(passage) {
                    return Ok(Some(id.to_owned()));
                }
            }
            self.cursor.next += 1;
        }
        Ok(None)
    }
}

impl<S: Storage> DocumentIter<S> {
    fn evaluate_filter(&mut self) -> Result<(), Error> {
        if let Passing::Unknown(filter) = &self.passing {
            self.passing = match filter.get()? {
                Some(filter) => Passing::Only(self.snapshot.matching_passages(filter)?),
                None => Passing::All,
            };
        }
        Ok(())
    }

    /// The first passage at or after `from` of a document that passes.
    fn next_passing(&self, from: PassageId) -> Result<Option<PassageId>, Error> {
        match &self.passing {
            Passing::Only(passages) => {
                Ok(passages.get(passages.partition_point(|passage| *passage < from)).copied())
            }
            Passing::All | Passing::Unknown(_) => Ok(self.snapshot.documents().next_kept(from)?),
        }
    }
}

impl<S: Storage> Iterator for DocumentIter<S> {
    type Item = Result<StoredDocument, Error>;

    fn next(&mut self) -> Option<Result<StoredDocument, Error>> {
        match self.next_id() {
            Ok(Some(id)) => find_document(self.snapshot.as_ref(), &id).transpose(),
            Ok(None) => None,
            Err(error) => {
                // Nothing comes behind an error.
                self.cursor.next = u32::MAX;
                Some(Err(error))
            }
        }
    }
}

impl<S: Storage> fmt::Debug for DocumentIter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentIter").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
