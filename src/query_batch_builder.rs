//! Searching a collection for many queries at once.

use jacolbert_core::Embeddings;
use jacolbert_search::SearchOptions;
use rayon::prelude::*;

use crate::Error;
use crate::collection::Collection;
use crate::hits::{Hits, describe_hits, tokens_cut};
use crate::query_builder::subset_of;
use crate::storage::{OnDisk, Snapshot, Storage};

/// Queries with their settings. Create them with [`Collection::query_batch`] and run [`search`](Self::search).
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let found = collection.query_batch(["一番高い山は？", "一番大きな湖は？"]).k(3).search()?;
/// assert_eq!(found.len(), 2);
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is searched before `search`"]
pub struct QueryBatchBuilder<'c, S: Storage = OnDisk> {
    collection: &'c Collection<S>,
    texts: Vec<String>,
    options: SearchOptions,
    among: Option<Vec<String>>,
}

impl<S: Storage> Collection<S> {
    /// The best `k` passages for each query, in order, on all cores. The short form of
    /// [`query_batch`](Self::query_batch).
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let found = collection.search_batch(["一番高い山は？", "一番大きな湖は？"], 10)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`QueryBatchBuilder::search`].
    pub fn search_batch(
        &self,
        queries: impl IntoIterator<Item = impl AsRef<str>>,
        k: usize,
    ) -> Result<Vec<Hits>, Error> {
        self.query_batch(queries).k(k).search()
    }

    /// Queries with settings; [`QueryBatchBuilder::search`] runs them.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).k(3).n_probe(64).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn query_batch(
        &self,
        queries: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> QueryBatchBuilder<'_, S> {
        let texts = queries.into_iter().map(|query| query.as_ref().to_owned()).collect();
        QueryBatchBuilder {
            collection: self,
            texts,
            options: SearchOptions::default(),
            among: None,
        }
    }
}

impl<S: Storage> QueryBatchBuilder<'_, S> {
    /// Maximum number of hits per query, by default 10. Larger values rescore more passages.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).k(3).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn k(mut self, k: usize) -> Self {
        self.options.k = k;
        self
    }

    /// Limits all searches to the passages of these documents; by default they cover all. Scoring a few
    /// documents is faster than searching all.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).among(["fuji", "biwa"]).search()?;
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
    /// let found = collection.query_batch(["一番高い山は？"]).n_probe(64).search()?;
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
    /// let found = collection.query_batch(["一番高い山は？"]).n_rescored(500).search()?;
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
    /// let found = collection.query_batch(["一番高い山は？"]).n_exact(50).search()?;
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
    /// let found = collection.query_batch(["一番高い山は？"]).options(jacolbert::SearchOptions::exact(10)).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn options(mut self, options: SearchOptions) -> Self {
        self.options = options;
        self
    }

    /// Searches, all queries in the same state of the collection.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Vec<Hits>, Error> {
        let snapshot = self.collection.snapshot();
        let subset = self.among.map(|ids| subset_of(snapshot.as_ref(), &ids)).transpose()?;
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let encoded = self.collection.encoder().encode_queries(&texts)?;
        let tokens_cut = tokens_cut(&encoded);
        let queries = &encoded.embeddings;
        let found = match &subset {
            Some(subset) => {
                let search = |query: &Embeddings| {
                    snapshot.search(query.as_ref(), Some(subset), &self.options)
                };
                queries.par_iter().map(search).collect::<Result<_, _>>()?
            }
            None => snapshot.search_batch(queries, &self.options)?,
        };
        let described = found.iter().zip(tokens_cut).map(|(found, tokens_cut)| {
            Ok(Hits::new(describe_hits(found, snapshot.documents())?, tokens_cut))
        });
        described.collect()
    }
}
