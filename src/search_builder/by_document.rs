//! Searching for documents, each with its best passages.

use jacolbert_core::Embeddings;
use jacolbert_search::{PassageSubset, SearchOptions};
use rayon::prelude::*;

use super::queries::{ByDocument, FindsPassages, OneQuery, QueryBatch};
use super::settings::SearchBuilder;
use crate::Error;
use crate::document_hit::{DocumentHit, describe_documents};
use crate::document_ranking::rank_documents;
use crate::hits::{Hits, tokens_cut};
use crate::passage_search::subset_of;
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
        let Self { collection, queries, options, among, filter } = self;
        let queries = ByDocument { queries, max_passages };
        SearchBuilder { collection, queries, options, among, filter }
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
        let Self { collection, options, among, filter, .. } = self;
        let queries = ByDocument { queries: QueryBatch { texts: vec![text] }, max_passages };
        let mut found = SearchBuilder { collection, queries, options, among, filter }.search()?;
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
        let encoded = self.collection.encoder().encode_queries(&texts)?;
        let search = Search {
            snapshot: snapshot.as_ref(),
            among: subset.as_ref(),
            options: &self.options,
            max_passages: *max_passages,
        };
        let found = search.documents(&encoded.embeddings)?;
        let counted = found.into_iter().zip(&encoded.embeddings).zip(tokens_cut(&encoded));
        let hits = counted.map(|((hits, query), cut)| Hits::new(hits, query.num_tokens(), cut));
        Ok(hits.collect())
    }
}

/// A search for documents in one state of a collection.
struct Search<'s, S> {
    snapshot: &'s S,
    among: Option<&'s PassageSubset>,
    options: &'s SearchOptions,
    max_passages: usize,
}

impl<S: Snapshot> Search<'_, S> {
    fn documents(&self, queries: &[Embeddings]) -> Result<Vec<Vec<DocumentHit>>, Error> {
        let ranked = rank_documents(self.snapshot, queries, self.among, self.options)?;
        let with_passages = queries.par_iter().zip(ranked).map(|(query, documents)| {
            self.add_passages(query, documents.into_iter().map(|(id, _)| id))
        });
        with_passages.collect()
    }

    /// The documents with these ids, best first by the exact scores of all their passages.
    fn add_passages(
        &self,
        query: &Embeddings,
        ids: impl Iterator<Item = String>,
    ) -> Result<Vec<DocumentHit>, Error> {
        let passages = subset_of(self.snapshot, ids)?;
        let all = SearchOptions::exact(passages.len());
        let found = self.snapshot.search(query.as_ref(), Some(&passages), &all)?;
        describe_documents(self.snapshot, &found, self.max_passages, query.num_tokens())
    }
}
