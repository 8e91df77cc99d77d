//! The documents of a collection: one by its id, all of them, or pages of them.

use std::fmt;

use jacolbert_core::Embeddings;
use jacolbert_documents::{Filter, FilterError};
use jacolbert_index::PassageId;

use crate::Error;
use crate::chosen_filter::ChosenFilter;
use crate::collection::Collection;
use crate::document_iter::DocumentIter;
use crate::page::{Page, PageCursor};
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

    /// The vectors of a passage as they are stored, `[tokens, dim]`, each of length 1: in a folder decoded from a few
    /// bits per component, see [`Bits`](crate::Bits); in memory as the model gave them. Tokens that the model leaves
    /// out, such as punctuation, have none.
    ///
    /// For many passages in one state of the collection, see [`DocumentIter::embeddings`](crate::DocumentIter::embeddings).
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// for hit in &collection.search("一番高い山は？", 3)? {
    ///     println!("{} vectors", collection.embeddings(hit.passage_id)?.num_tokens());
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownPassage`]; [`Error::Index`] where the stored vectors are damaged.
    pub fn embeddings(&self, passage: PassageId) -> Result<Embeddings, Error> {
        self.snapshot().embeddings(passage)
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
        DocumentIter::new(self.collection.snapshot(), self.after, self.filter)
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
