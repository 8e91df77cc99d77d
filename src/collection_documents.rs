//! The documents of a collection: one by its id, all of them, or pages of them.

use std::fmt;
use std::sync::Arc;

use jacolbert_documents::{Filter, FilterError};
use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::chosen_filter::ChosenFilter;
use crate::collection::Collection;
use crate::storage::{OnDisk, Snapshot, Storage};
use crate::stored_document::{StoredDocument, find_document};

/// Documents of a collection, to be read page by page or one after the other. Create it with
/// [`Collection::documents`].
///
/// The order is that of adding. A replaced document moves to the end, as its passages are new.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// for document in collection.documents() {
///     let document = document?;
///     println!("{} {} passages", document.id, document.passages.len());
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is read before `page`, `ids` or a loop"]
pub struct DocumentPages<'c, S: Storage = OnDisk> {
    collection: &'c Collection<S>,
    after: PageCursor,
    filter: ChosenFilter,
}

/// A place between two documents of a collection; by default before the first. It can be kept as JSON, and stays
/// valid while the collection changes.
///
/// ```
/// use jacolbert::PageCursor;
///
/// let cursor: PageCursor = serde_json::from_str("7")?;
/// assert_eq!(serde_json::to_string(&cursor)?, "7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageCursor {
    /// The passage that comes next.
    next: u32,
}

/// Some documents, or ids, of a collection.
///
/// ```no_run
/// use jacolbert::{Collection, Page, PageCursor};
///
/// let page: Page<String> = Collection::open("my-index")?.documents().ids(100)?;
/// println!("{} ids, more: {}", page.items.len(), page.next.is_some());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The documents or ids.
    pub items: Vec<T>,
    /// Where the next page begins; none after the last document.
    pub next: Option<PageCursor>,
}

/// The documents of one state of a collection; the iterator of [`DocumentPages`].
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

impl<S: Storage> Collection<S> {
    /// The document with this id; none if there is none.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// match collection.get("fuji")? {
    ///     Some(document) => println!("{} {}", document.metadata, document.passages[0].content),
    ///     None => println!("there is no such document"),
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`] if the stored documents are damaged.
    pub fn get(&self, document_id: impl AsRef<str>) -> Result<Option<StoredDocument>, Error> {
        find_document(self.snapshot().as_ref(), document_id.as_ref())
    }

    /// The documents, or their ids, in pages or one after the other.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let mut page = collection.documents().ids(100)?;
    /// while let Some(next) = page.next {
    ///     println!("{} ids", page.items.len());
    ///     page = collection.documents().after(next).ids(100)?;
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn documents(&self) -> DocumentPages<'_, S> {
        let filter = ChosenFilter::default();
        DocumentPages { collection: self, after: PageCursor::default(), filter }
    }

    /// Number of documents whose metadata pass `filter`: a text, or a [`Filter`] that is built.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// println!("{} documents since 2020", collection.count("year >= 2020")?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Filter`] if a text is no filter; [`Error::Documents`] if the stored documents are damaged.
    pub fn count(
        &self,
        filter: impl TryInto<Filter, Error: Into<FilterError>>,
    ) -> Result<usize, Error> {
        let filter = filter.try_into().map_err(Into::into)?;
        self.snapshot().num_matching(&filter)
    }
}

impl<S: Storage> DocumentPages<'_, S> {
    /// Begins at `cursor`, the [`next`](Page::next) of the page before; by default at the first document.
    ///
    /// Between two pages the collection may change: a document that stays as it is comes exactly once, one that
    /// is added comes at the end, and one that is replaced meanwhile may come twice, first as it was.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let first = collection.documents().page(10)?;
    /// if let Some(next) = first.next {
    ///     let second = collection.documents().after(next).page(10)?;
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn after(mut self, cursor: PageCursor) -> Self {
        self.after = cursor;
        self
    }

    /// Only documents whose metadata pass `filter`, and earlier filters; see
    /// [`SearchBuilder::filter`](crate::SearchBuilder::filter). A text that is no filter is an error of what
    /// follows.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// for document in collection.documents().filter("year >= 2020") {
    ///     println!("{}", document?.id);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn filter(mut self, filter: impl TryInto<Filter, Error: Into<FilterError>>) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// Up to `limit` documents.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// for document in collection.documents().page(10)?.items {
    ///     println!("{}", document.id);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Filter`] if the text of a [`filter`](Self::filter) is none; [`Error::Documents`] if the stored
    /// documents are damaged.
    pub fn page(self, limit: usize) -> Result<Page<StoredDocument>, Error> {
        let mut documents = self.into_iter();
        let items = documents.by_ref().take(limit).collect::<Result<_, _>>()?;
        let next = documents.next_cursor()?;
        Ok(Page { items, next })
    }

    /// The ids of up to `limit` documents; their texts are not read.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// println!("{:?}", collection.documents().ids(10)?.items);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`page`](Self::page).
    pub fn ids(self, limit: usize) -> Result<Page<String>, Error> {
        let mut documents = self.into_iter();
        let mut items = Vec::new();
        while items.len() < limit {
            match documents.next_id()? {
                Some(id) => items.push(id),
                None => break,
            }
        }
        let next = documents.next_cursor()?;
        Ok(Page { items, next })
    }
}

impl<S: Storage> IntoIterator for DocumentPages<'_, S> {
    type Item = Result<StoredDocument, Error>;
    type IntoIter = DocumentIter<S>;

    /// All documents from here on, in the present state: changes while it is read are not seen.
    fn into_iter(self) -> DocumentIter<S> {
        let snapshot = self.collection.snapshot();
        let passing = Passing::Unknown(self.filter);
        DocumentIter { snapshot, cursor: self.after, last_id: String::new(), passing }
    }
}

impl<S: Storage> DocumentIter<S> {
    /// The id of the next document, behind which the iterator goes on.
    fn next_id(&mut self) -> Result<Option<String>, Error> {
        let id = self.find_next()?;
        if id.is_some() {
            self.cursor.next += 1;
        }
        Ok(id)
    }

    /// Where the next document begins; none if there is none.
    fn next_cursor(mut self) -> Result<Option<PageCursor>, Error> {
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

impl<S: Storage> fmt::Debug for DocumentPages<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentPages")
            .field("after", &self.after)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

impl<S: Storage> fmt::Debug for DocumentIter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentIter").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
