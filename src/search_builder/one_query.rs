//! Searching a collection for one query.

use super::aliases::QueryBuilder;
use super::queries::OneQuery;
use super::settings::SearchBuilder;
use crate::Error;
use crate::collection::Collection;
use crate::hits::Hits;
use crate::passage_hit::{Hit, describe_hits};
use crate::passage_search::Questions;
use crate::storage::Storage;

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
    /// As [`SearchBuilder::search`].
    pub fn search(&self, query: impl AsRef<str>, k: usize) -> Result<Hits, Error> {
        self.query(query).k(k).search()
    }

    /// A query with settings; [`search`](SearchBuilder::search) runs it.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").k(3).among(["fuji", "biwa"]).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn query(&self, text: impl AsRef<str>) -> QueryBuilder<'_, S> {
        SearchBuilder::new(self, OneQuery { text: text.as_ref().to_owned() })
    }
}

impl<S: Storage> SearchBuilder<'_, S, OneQuery> {
    /// Searches; the hits are the best passages, best first. They also say whether the query was too long for
    /// the model; see [`Hits::is_truncated`].
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let hits = collection.query("一番高い山は？").search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Filter`] if the text
    /// of a [`filter`](Self::filter) is none; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Hits<Hit>, Error> {
        let snapshot = self.collection.snapshot();
        let subset = self.subset(snapshot.as_ref())?;
        let search = self.passage_search(snapshot.as_ref(), subset.as_ref());
        let texts = [self.queries.text.as_str()];
        let questions = Questions::encode(self.collection.encoder(), &texts, self.ranked_by)?;
        let question = questions.first();
        let found = search.best(question, self.options.k)?;
        let num_rows = question.num_rows();
        let hits = describe_hits(snapshot.as_ref(), &found, num_rows)?;
        Ok(Hits::new(hits, num_rows, question.tokens_cut))
    }
}
