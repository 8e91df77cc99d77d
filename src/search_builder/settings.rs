//! The settings that all kinds of search share.

use std::fmt;

use jacolbert_documents::{Filter, FilterError};
use jacolbert_search::{PassageSubset, SearchOptions};

use crate::Error;
use crate::chosen_filter::ChosenFilter;
use crate::collection::Collection;
#[cfg(feature = "words")]
use crate::passage_search::Fusion;
use crate::passage_search::{PassageSearch, RankedBy, subset_of};
use crate::storage::{Snapshot, Storage};

/// Settings of a search: of [one query](crate::QueryBuilder), of a [batch](crate::QueryBatchBuilder), of a
/// [run](crate::Runner), or of
/// [documents](Self::by_document) instead of passages. `Q` holds what is searched for.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let hits = collection.query("一番高い山は？").k(3).n_rescored(500).search()?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is searched before `search`, `run` or `measure_loss`"]
pub struct SearchBuilder<'c, S: Storage, Q> {
    pub(super) collection: &'c Collection<S>,
    pub(super) queries: Q,
    pub(super) options: SearchOptions,
    pub(super) among: Option<Vec<String>>,
    pub(super) filter: ChosenFilter,
    pub(super) ranked_by: RankedBy,
}

impl<'c, S: Storage, Q> SearchBuilder<'c, S, Q> {
    pub(super) fn new(collection: &'c Collection<S>, queries: Q) -> Self {
        let options = SearchOptions::default();
        let filter = ChosenFilter::default();
        let ranked_by = RankedBy::default();
        Self { collection, queries, options, among: None, filter, ranked_by }
    }

    /// Maximum number of hits per query, by default 10: passages, or documents for a run and
    /// [`by_document`](Self::by_document). Larger values rescore more passages.
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

    /// Limits the search to documents whose metadata pass `filter`: a text, or a [`Filter`] that is built of
    /// [`field`](crate::field)s. It also limits what [`among`](Self::among) and earlier filters leave. A text that is
    /// no filter is an error of the verb.
    ///
    /// A missing field is null, types and LIKE follow SQLite; see [`Filter`] for the language. The metadata are
    /// read from columns if the collection has them, which needs the Cargo feature `filter`, and else one document
    /// after the other.
    ///
    /// ```no_run
    /// use jacolbert::field;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").filter("year >= 2020 AND tags HAS 'sport'").search()?;
    /// let filter = field("year").ge(2020).and(field("tags").has("sport"));
    /// let same = collection.query("一番高い山は？").filter(filter).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn filter(mut self, filter: impl TryInto<Filter, Error: Into<FilterError>>) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// Ranks by late interaction and BM25: the best passages of each are scored by both, and `fusion` makes one ranking
    /// of them. Each hit has [both scores](crate::Scores).
    ///
    /// Each of the two gives 100 candidates, or [`k`](Self::k) if that is more. A query without a letter or digit is
    /// ranked by late interaction. The search fails with [`Error::NoWords`] if the collection has no words, and with
    /// [`Error::Fusion`] for a weight below 0.
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Fusion};
    ///
    /// let collection = Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").hybrid(Fusion::default()).search()?;
    /// for hit in &hits {
    ///     println!("{} {:?} {:?}", hit.document_id, hit.scores.late_interaction, hit.scores.bm25);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "words")]
    pub fn hybrid(mut self, fusion: Fusion) -> Self {
        self.ranked_by = RankedBy::Both(fusion);
        self
    }

    /// Ranks by BM25 alone, without the model: the query is not encoded. Passages without a term of the query are not
    /// found. The search fails with [`Error::NoWords`] if the collection has no words.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("山").words_only().search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "words")]
    pub fn words_only(mut self) -> Self {
        self.ranked_by = RankedBy::Words;
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

    /// The passages of the documents that the search is limited to, if it is.
    ///
    /// # Errors
    /// [`Error::UnknownId`], [`Error::Filter`], [`Error::Documents`].
    pub(super) fn subset(&self, snapshot: &impl Snapshot) -> Result<Option<PassageSubset>, Error> {
        let among = self.among.as_ref().map(|ids| subset_of(snapshot, ids)).transpose()?;
        let Some(filter) = self.filter.get()? else { return Ok(among) };
        let passages = match among {
            Some(among) => {
                let is_live = |passage| snapshot.contains(passage);
                snapshot.documents().matching_passages(filter, among.iter(), &is_live)?
            }
            None => snapshot.matching_passages(filter)?,
        };
        Ok(Some(passages.into_iter().collect()))
    }

    /// The search through `snapshot`, among the passages of `subset` if it is given.
    pub(super) fn passage_search<'s>(
        &'s self,
        snapshot: &'s S::Snapshot,
        subset: Option<&'s PassageSubset>,
    ) -> PassageSearch<'s, S::Snapshot> {
        PassageSearch { snapshot, among: subset, options: &self.options, ranked_by: self.ranked_by }
    }
}

impl<S: Storage, Q: fmt::Debug> fmt::Debug for SearchBuilder<'_, S, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchBuilder")
            .field("queries", &self.queries)
            .field("options", &self.options)
            .field("among", &self.among)
            .field("filter", &self.filter)
            .field("ranked_by", &self.ranked_by)
            .finish_non_exhaustive()
    }
}
