//! Searching for documents, each with its best passages.

use rayon::prelude::*;

use super::queries::{ByDocument, FindsPassages, OneQuery, QueryBatch};
use super::settings::SearchBuilder;
use crate::Error;
use crate::document_hit::{DocumentHit, describe_documents};
use crate::document_ranking::rank_documents;
use crate::hits::Hits;
use crate::passage_search::{PassageSearch, Question, Questions, subset_of};
use crate::storage::{Snapshot, Storage};

impl<'c, S: Storage, Q: FindsPassages> SearchBuilder<'c, S, Q> {
    /// Searches for [`k`](Self::k) documents instead of `k` passages, each with up to `max_passages` of its best
    /// passages.
    ///
    /// The score of a document is that of its best passage. There are fewer than `k` documents only if the
    /// collection, or the part that [`among`](Self::among) and [`filter`](Self::filter) leave, has fewer with a token. Where a few
    /// documents have most of the best passages, the search goes deeper, up to all passages, which takes longer.
    /// In the end all passages of the documents found are scored exactly.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let documents = collection.query("一番高い山は？").k(10).by_document(3).search()?;
    /// for document in &documents {
    ///     println!("{} {} passages", document.document_id, document.passages.len());
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn by_document(self, max_passages: usize) -> SearchBuilder<'c, S, ByDocument<Q>> {
        let Self { collection, queries, options, among, filter, ranked_by } = self;
        let queries = ByDocument { queries, max_passages };
        SearchBuilder { collection, queries, options, among, filter, ranked_by }
    }
}

impl<S: Storage> SearchBuilder<'_, S, ByDocument<OneQuery>> {
    /// Searches; the hits are the best documents, best first.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let documents = collection.query("一番高い山は？").by_document(1).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Filter`] if the text
    /// of a [`filter`](Self::filter) is none; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Hits<DocumentHit>, Error> {
        let ByDocument { queries: OneQuery { text }, max_passages } = self.queries;
        let Self { collection, options, among, filter, ranked_by, .. } = self;
        let queries = ByDocument { queries: QueryBatch { texts: vec![text] }, max_passages };
        let batch = SearchBuilder { collection, queries, options, among, filter, ranked_by };
        let mut found = batch.search()?;
        Ok(found.pop().expect("one query has one result"))
    }
}

impl<S: Storage> SearchBuilder<'_, S, ByDocument<QueryBatch>> {
    /// Searches, all queries in the same state of the collection; the hits of each are the best documents, best
    /// first.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// let found = collection.query_batch(["一番高い山は？"]).by_document(1).search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an id of [`among`](Self::among) that no document has; [`Error::Filter`] if the text
    /// of a [`filter`](Self::filter) is none; [`Error::Model`],
    /// [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn search(self) -> Result<Vec<Hits<DocumentHit>>, Error> {
        let snapshot = self.collection.snapshot();
        let subset = self.subset(snapshot.as_ref())?;
        let ByDocument { queries: QueryBatch { texts }, max_passages } = &self.queries;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let questions = Questions::encode(self.collection.encoder(), &texts, self.ranked_by)?;
        let passages = self.passage_search(snapshot.as_ref(), subset.as_ref());
        let search = Search { passages, max_passages: *max_passages };
        let found = search.documents(&questions)?.into_iter().zip(questions.iter());
        let hits =
            found.map(|(hits, question)| Hits::new(hits, question.num_rows(), question.tokens_cut));
        Ok(hits.collect())
    }
}

/// A search for documents in one state of a collection.
struct Search<'s, S> {
    passages: PassageSearch<'s, S>,
    max_passages: usize,
}

impl<S: Snapshot> Search<'_, S> {
    fn documents(&self, questions: &Questions<'_>) -> Result<Vec<Vec<DocumentHit>>, Error> {
        let ranked = rank_documents(&self.passages, questions)?;
        let questions: Vec<Question<'_>> = questions.iter().collect();
        let with_passages = questions.par_iter().zip(ranked).map(|(question, documents)| {
            self.add_passages(*question, documents.into_iter().map(|(id, _)| id))
        });
        with_passages.collect()
    }

    /// The documents with these ids, best first by the exact scores of all their passages.
    fn add_passages(
        &self,
        question: Question<'_>,
        ids: impl Iterator<Item = String>,
    ) -> Result<Vec<DocumentHit>, Error> {
        let snapshot = self.passages.snapshot;
        let passages = subset_of(snapshot, ids)?;
        let found = self.passages.all_of(question, &passages)?;
        describe_documents(snapshot, &found, self.max_passages, question.num_rows())
    }
}
