//! Documents in a folder, searched through a compressed index.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_eval::Run;
use jacolbert_index::{Attachment, Embeddings, Index, IndexWriter, PassageId};
use jacolbert_model::Encoder;
use jacolbert_search::{Match, PassageSubset, SearchOptions, Searcher};

use crate::document_search::DocumentSearch;
use crate::hit::described;
use crate::ingest::{Ingest, PassageStore};
use crate::settings::{SETTINGS, Settings};
use crate::{Document, Error, Hit, Query, SearchQuality, Splitting, Truncated};
use jacolbert_documents::{Documents, block_name, check_ids};

/// Documents in a folder with the index of their passages.
///
/// Vectors, texts and metadata are parts of the same commits, so that they cannot disagree.
#[derive(Debug)]
pub struct Collection {
    encoder: Arc<Encoder>,
    folder: PathBuf,
    index: Index,
    documents: Documents<Attachment>,
    settings: Settings,
}

impl Collection {
    /// Opens the folder; nothing is read that grows with the collection.
    pub(crate) fn open(encoder: Arc<Encoder>, folder: &Path) -> Result<Self, Error> {
        Self::of_index(encoder, folder, Index::open(folder)?)
    }

    pub(crate) fn of_index(
        encoder: Arc<Encoder>,
        folder: &Path,
        index: Index,
    ) -> Result<Self, Error> {
        if encoder.dim() != index.dim() {
            let (expected, found) = (index.dim(), encoder.dim());
            return Err(jacolbert_index::Error::Dim { expected, found }.into());
        }
        let settings = Settings::of_index(folder, &index)?;
        settings.check_model(folder, &encoder)?;
        let documents = Documents::of_index(folder, &index)?;
        Ok(Self { encoder, folder: folder.into(), index, documents, settings })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The index of the passages.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Number of documents.
    pub fn num_documents(&self) -> usize {
        self.settings.num_documents
    }

    /// Number of passages that the documents were split into.
    pub fn num_passages(&self) -> usize {
        self.index.num_passages()
    }

    /// Whether there is a document with this id.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn contains(&self, document_id: &str) -> Result<bool, Error> {
        Ok(!self.live_passages(document_id)?.is_empty())
    }

    /// The best passages for `query`, best first; as many as `params` asks for, or as there are.
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Search`], or [`Error::Corrupt`] where the folder is damaged.
    pub fn search(&self, query: &str, params: &SearchOptions) -> Result<Vec<Hit>, Error> {
        let query = self.encoder.encode_query(query)?.embeddings;
        let hits = Searcher::new(&self.index).search(query.as_ref(), params)?;
        described(&hits, &self.documents)
    }

    /// The hits of every query, in order, on all cores.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_batch(
        &self,
        queries: &[&str],
        params: &SearchOptions,
    ) -> Result<Vec<Vec<Hit>>, Error> {
        let queries = self.encoder.encode_queries(queries)?.embeddings;
        let hits = Searcher::new(&self.index).search_batch(&queries, params)?;
        hits.iter().map(|hits| described(hits, &self.documents)).collect()
    }

    /// The best documents for every query as a run, which [`eval`](jacolbert_eval) judges: `params.k`
    /// of them a query, or as many as there are, each with the score of its best passage.
    ///
    /// `progress` gets the number of queries done and their number in all, and may end the work.
    ///
    /// # Errors
    /// As [`search`](Self::search), [`Error::DuplicateQuery`], [`Error::Eval`] for an empty id, and
    /// [`jacolbert_index::Error::Cancelled`] within [`Error::Index`].
    pub fn run(
        &self,
        name: &str,
        queries: &[Query],
        params: &SearchOptions,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Run, Error> {
        let searcher = Searcher::new(&self.index);
        let search = |queries: &[Embeddings], k| {
            Ok(searcher.search_batch(queries, &SearchOptions { k, ..params.clone() })?)
        };
        let (encoder, documents) = (&self.encoder, &self.documents);
        DocumentSearch { encoder, documents, search: &search, k: params.k }
            .run(name, queries, progress)
    }

    /// What a search by `params` loses of the best `params.k` documents of the index, which all its
    /// passages are scored for. What the codes lost before is no part of it; see
    /// [`SearchQuality::new`] for that.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn search_quality(
        &self,
        queries: &[Query],
        params: &SearchOptions,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<SearchQuality, Error> {
        let of = 2 * queries.len();
        let all = SearchOptions::exact(params.k);
        let exact = self.run("exact", queries, &all, &mut |done, _| progress(done, of))?;
        let found = &mut |done, _: usize| progress(queries.len() + done, of);
        let found = self.run("found", queries, params, found)?;
        Ok(SearchQuality::new(&exact, &found, params.k))
    }

    /// As [`search`](Self::search), among the passages of the given documents only.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`Error::UnknownId`].
    pub fn search_among(
        &self,
        query: &str,
        document_ids: &[&str],
        params: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        let mut passages = Vec::new();
        for id in document_ids {
            passages.extend(self.passages_of(id)?);
        }
        let subset: PassageSubset = passages.into_iter().collect();
        let query = self.encoder.encode_query(query)?.embeddings;
        let hits = Searcher::new(&self.index).search_among(query.as_ref(), &subset, params)?;
        described(&hits, &self.documents)
    }

    /// Adds documents, all or none, and returns the passages that were cut.
    ///
    /// They are pooled as those before. Each call is a commit; whoever has the folder open goes on
    /// with what they opened; this collection sees the new documents.
    ///
    /// # Errors
    /// [`Error::EmptyId`], [`Error::DuplicateId`], [`Error::Model`], [`Error::Index`].
    pub fn add(
        &mut self,
        documents: &[Document],
        splitting: Splitting,
    ) -> Result<Vec<Truncated>, Error> {
        let writer = self.writer()?;
        for (position, document) in documents.iter().enumerate() {
            if self.contains(&document.id)? {
                return Err(jacolbert_documents::Error::DuplicateId {
                    id: document.id.clone(),
                    position,
                }
                .into());
            }
        }
        self.add_with(writer, documents, splitting, self.num_documents() + documents.len())
    }

    /// Puts documents in the place of those with the same ids, all or none, in one commit; returns the
    /// passages that were cut.
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`Error::UnknownId`].
    pub fn replace(
        &mut self,
        documents: &[Document],
        splitting: Splitting,
    ) -> Result<Vec<Truncated>, Error> {
        let mut writer = self.writer()?;
        for document in documents {
            for passage in self.passages_of(&document.id)? {
                writer.delete(passage)?;
            }
        }
        self.add_with(writer, documents, splitting, self.num_documents())
    }

    fn add_with(
        &mut self,
        writer: IndexWriter,
        documents: &[Document],
        splitting: Splitting,
        num_documents: usize,
    ) -> Result<Vec<Truncated>, Error> {
        check_ids(documents)?;
        let (first_passage, pooling) = (self.index.num_ids(), self.settings.pooling);
        let ingest = Ingest { encoder: &self.encoder, splitting, pooling, first_passage };
        let mut added = Added { writer, num_parts: self.documents.blocks().len() };
        let mut progress = |_| ControlFlow::Continue(());
        let ingested = ingest.run(documents.iter().map(Ok), &mut added, &mut progress)?;
        self.commit(added.writer, num_documents)?;
        Ok(ingested.truncated)
    }

    /// Writes the vectors anew, in few files, and takes out what deleted documents left: their vectors,
    /// texts, ids and metadata are in no file of the folder any more. Passages keep their ids.
    ///
    /// Who has the folder open goes on with what they opened. Where the system keeps files from being
    /// removed as long as they are open, the old ones go with the first commit after that.
    ///
    /// # Errors
    /// [`Error::Index`], and [`Error::Corrupt`] where the texts are damaged; then nothing has changed.
    pub fn compact(&mut self) -> Result<(), Error> {
        let mut writer = self.writer()?;
        self.documents.erase_deleted(&mut writer)?;
        writer.compact();
        self.commit(writer, self.num_documents())
    }

    /// For each query token the token of a hit's passage that it matches best: the parts of which the
    /// score is the sum.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`jacolbert_index::Error::UnknownPassage`].
    pub fn explain(&self, query: &str, passage: PassageId) -> Result<Vec<Match>, Error> {
        let query = self.encoder.encode_query(query)?.embeddings;
        Ok(Searcher::new(&self.index).explain(query.as_ref(), passage)?)
    }

    /// Deletes documents, all or none.
    ///
    /// # Errors
    /// [`Error::UnknownId`], [`Error::Index`].
    pub fn delete(&mut self, document_ids: &[&str]) -> Result<(), Error> {
        let mut writer = self.writer()?;
        let mut ids = document_ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        for id in &ids {
            self.passages_of(id)?.into_iter().try_for_each(|passage| writer.delete(passage))?;
        }
        let left = self.num_documents().checked_sub(ids.len());
        let left = left.ok_or_else(|| Error::corrupt(&self.folder, "number of documents"))?;
        self.commit(writer, left)
    }

    /// The writer of the folder, this collection being up to date with it.
    fn writer(&mut self) -> Result<IndexWriter, Error> {
        let writer = IndexWriter::open(&self.folder)?;
        let index = writer.index().clone();
        *self = Self::of_index(self.encoder.clone(), &self.folder, index)?;
        Ok(writer)
    }

    fn commit(&mut self, mut writer: IndexWriter, num_documents: usize) -> Result<(), Error> {
        let settings = Settings { num_documents, ..self.settings.clone() };
        writer.attach(SETTINGS, &settings.to_bytes());
        let index = writer.commit()?.index;
        *self = Self::of_index(self.encoder.clone(), &self.folder, index)?;
        Ok(())
    }

    fn passages_of(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let passages = self.live_passages(document_id)?;
        if passages.is_empty() {
            return Err(Error::UnknownId { id: document_id.into() });
        }
        Ok(passages)
    }

    fn live_passages(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let mut passages = self.documents.passages_of(document_id)?;
        passages.retain(|&passage| self.index.contains(passage));
        Ok(passages)
    }
}

/// A commit to be, with so many parts of documents.
struct Added {
    writer: IndexWriter,
    num_parts: usize,
}

impl PassageStore for Added {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.writer.add(passage.as_ref())?;
        Ok(())
    }

    fn add_part(&mut self, part: Vec<u8>) -> Result<(), Error> {
        self.writer.attach_written(&block_name(self.num_parts), &part)?;
        self.num_parts += 1;
        Ok(())
    }
}
