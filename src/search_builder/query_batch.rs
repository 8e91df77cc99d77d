//! Searching a collection for many queries at once.

use super::aliases::QueryBatchBuilder;
use super::queries::QueryBatch;
use super::settings::SearchBuilder;
use crate::Error;
use crate::collection::Collection;
use crate::hits::Hits;
use crate::passage_hit::describe_hits;
use crate::passage_search::Questions;
use crate::storage::Storage;

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
    /// As [`SearchBuilder::search`].
    pub fn search_batch(
        &self,
        queries: impl IntoIterator<Item = impl AsRef<str>>,
        k: usize,
    ) -> Result<Vec<Hits>, Error> {
        self.query_batch(queries).k(k).search()
    }

    /// Queries with settings; [`search`](SearchBuilder::search) runs them.
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
        SearchBuilder::new(self, QueryBatch { texts })
    }
}

impl<S: Storage> SearchBuilder<'_, S, QueryBatch> {
    /// Searches, all queries in the same state of the collection. The hits of each query also say whether it
    /// was too long for the model.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Filter`] if the text
    /// of a [`filter`](Self::filter) is none; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Vec<Hits>, Error> {
        let snapshot = self.collection.snapshot();
        let subset = self.subset(snapshot.as_ref())?;
        let texts: Vec<&str> = self.queries.texts.iter().map(String::as_str).collect();
        let questions = Questions::encode(self.collection.encoder(), &texts, self.ranked_by)?;
        let search = self.passage_search(snapshot.as_ref(), subset.as_ref());
        let found = search.best_of_each(&questions)?;
        let described = questions.iter().zip(found).map(|(question, found)| {
            let num_rows = question.num_rows();
            let hits = describe_hits(snapshot.as_ref(), &found, num_rows)?;
            Ok(Hits::new(hits, num_rows, question.tokens_cut))
        });
        described.collect()
    }
}
