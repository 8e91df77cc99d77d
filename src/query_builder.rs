//! Searching a collection for one query.

use jacolbert_search::{PassageSubset, SearchOptions};

use crate::Error;
use crate::collection::Collection;
use crate::hits::{Hits, describe_hits};
use crate::storage::{OnDisk, Snapshot, Storage};

/// A query with its settings. Create it with [`Collection::query`] and run [`search`](Self::search).
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let hits = collection.query("一番高い山は？").k(3).among(["fuji", "biwa"]).n_probe(64).search()?;
/// println!("{} hits", hits.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is searched before `search`"]
pub struct QueryBuilder<'c, S: Storage = OnDisk> {
    collection: &'c Collection<S>,
    text: String,
    options: SearchOptions,
    among: Option<Vec<String>>,
}

impl<S: Storage> Collection<S> {
    /// The best `k` passages for a query, best first. The short form of [`query`](Self::query).
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// for hit in &Collection::open("my-index")?.search("一番高い山は？", 10)? {
    ///     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`QueryBuilder::search`].
    pub fn search(&self, query: impl AsRef<str>, k: usize) -> Result<Hits, Error> {
        self.query(query).k(k).search()
    }

    /// A query with settings; [`QueryBuilder::search`] runs it.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").k(3).among(["fuji", "biwa"]).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn query(&self, text: impl AsRef<str>) -> QueryBuilder<'_, S> {
        let text = text.as_ref().to_owned();
        let options = SearchOptions::default();
        QueryBuilder { collection: self, text, options, among: None }
    }
}

impl<S: Storage> QueryBuilder<'_, S> {
    /// Maximum number of hits, by default 10. Larger values rescore more passages.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").k(3).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn k(mut self, k: usize) -> Self {
        self.options.k = k;
        self
    }

    /// Limits the search to the passages of these documents; by default it covers all. Scoring a few
    /// documents is faster than searching all.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").among(["fuji", "biwa"]).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn among(mut self, document_ids: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.among = Some(document_ids.into_iter().map(|id| id.as_ref().to_owned()).collect());
        self
    }

    /// See [`SearchOptions::n_probe`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").n_probe(64).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_probe(mut self, n_probe: usize) -> Self {
        self.options.n_probe = Some(n_probe);
        self
    }

    /// See [`SearchOptions::n_rescored`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").n_rescored(500).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_rescored(mut self, n_rescored: usize) -> Self {
        self.options.n_rescored = Some(n_rescored);
        self
    }

    /// See [`SearchOptions::n_exact`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").n_exact(50).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_exact(mut self, n_exact: usize) -> Self {
        self.options.n_exact = Some(n_exact);
        self
    }

    /// All search options at once, [`k`](Self::k) included.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// use jacolbert::SearchOptions;
    ///
    /// let options = SearchOptions::exact(10);
    /// let hits = collection.query("一番高い山は？").options(options).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn options(mut self, options: SearchOptions) -> Self {
        self.options = options;
        self
    }

    /// Searches; the hits are the best passages, best first.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Hits, Error> {
        let snapshot = self.collection.snapshot();
        let subset = self.among.map(|ids| subset_of(snapshot.as_ref(), &ids)).transpose()?;
        let query = self.collection.encoder().encode_query(&self.text)?;
        let found = snapshot.search(query.embeddings.as_ref(), subset.as_ref(), &self.options)?;
        Ok(Hits::new(describe_hits(&found, snapshot.documents())?, query.tokens_cut))
    }
}

/// The passages of the documents with these ids.
pub(crate) fn subset_of(snapshot: &impl Snapshot, ids: &[String]) -> Result<PassageSubset, Error> {
    let mut passages = Vec::new();
    for id in ids {
        passages.extend(snapshot.passages_of(id)?);
    }
    Ok(passages.into_iter().collect())
}
