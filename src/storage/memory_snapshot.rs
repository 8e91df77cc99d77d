//! One state of a collection in memory.

use std::path::Path;
use std::sync::Arc;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
use jacolbert_documents::{Documents, Splitting};
use jacolbert_index::PassageId;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions, exhaustive_search, explain};

use super::sealed::Snapshot;
use crate::Error;

/// What messages say in place of a path.
pub(super) const IN_MEMORY: &str = "documents in memory";

/// The embeddings and documents of one state. States share what did not change between them.
#[derive(Debug, Clone, Default)]
pub struct MemorySnapshot {
    /// By passage id; none of a deleted passage.
    pub(super) embeddings: Vec<Option<Arc<Embeddings>>>,
    pub(super) documents: Documents<Arc<[u8]>>,
    pub(super) num_documents: usize,
}

impl MemorySnapshot {
    /// This state without the passages `deleted` and with the passages `added` behind it, whose documents
    /// are laid out in `blocks`.
    pub(super) fn changed(
        &self,
        deleted: &[PassageId],
        added: Vec<Embeddings>,
        blocks: Vec<Vec<u8>>,
        num_documents: usize,
    ) -> Result<Self, Error> {
        let mut next = Self { num_documents, ..self.clone() };
        for passage in deleted {
            next.embeddings[passage.index()] = None;
        }
        if !deleted.is_empty() {
            let embeddings = &next.embeddings;
            let is_live = |passage: PassageId| embeddings[passage.index()].is_some();
            next.documents = next.documents.erased(&is_live)?;
        }
        for block in blocks {
            next.documents.push(Path::new(IN_MEMORY), block.into())?;
        }
        next.embeddings.extend(added.into_iter().map(|passage| Some(Arc::new(passage))));
        Ok(next)
    }

    fn embeddings(&self, passage: PassageId) -> Option<EmbeddingsRef<'_>> {
        Some(self.embeddings.get(passage.index())?.as_ref()?.as_ref().as_ref())
    }

    /// The passages that are not deleted.
    fn passages(&self) -> impl Iterator<Item = (PassageId, EmbeddingsRef<'_>)> {
        let all = (0..).map(PassageId).zip(&self.embeddings);
        all.filter_map(|(id, passage)| Some((id, passage.as_ref()?.as_ref().as_ref())))
    }
}

impl Snapshot for MemorySnapshot {
    type Block = Arc<[u8]>;

    fn documents(&self) -> &Documents<Arc<[u8]>> {
        &self.documents
    }

    fn num_documents(&self) -> usize {
        self.num_documents
    }

    fn num_passages(&self) -> usize {
        self.passages().count()
    }

    fn contains(&self, passage: PassageId) -> bool {
        self.embeddings(passage).is_some()
    }

    fn splitting(&self) -> Splitting {
        Splitting::default()
    }

    fn pooling(&self) -> Pooling {
        Pooling::default()
    }

    fn num_rows(&self, passage: PassageId) -> Result<usize, Error> {
        let rows = self.embeddings(passage).ok_or(Error::UnknownPassage { passage })?;
        Ok(rows.num_tokens())
    }

    fn search(
        &self,
        query: EmbeddingsRef<'_>,
        among: Option<&PassageSubset>,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        let hits = match among {
            Some(subset) => {
                let among = subset.iter().filter_map(|id| Some((id, self.embeddings(id)?)));
                exhaustive_search(query, among, options.k)?
            }
            None => exhaustive_search(query, self.passages(), options.k)?,
        };
        Ok(hits)
    }

    fn search_batch(
        &self,
        queries: &[Embeddings],
        options: &SearchOptions,
    ) -> Result<Vec<Vec<Hit>>, Error> {
        queries.iter().map(|query| self.search(query.as_ref(), None, options)).collect()
    }

    fn explain(&self, query: EmbeddingsRef<'_>, passage: PassageId) -> Result<Vec<Match>, Error> {
        let found = self.embeddings(passage).ok_or(Error::UnknownPassage { passage })?;
        Ok(explain(query, found)?)
    }
}
