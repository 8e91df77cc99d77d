//! One state of a collection in memory.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
use jacolbert_documents::{DocumentChanges, Documents};
use jacolbert_index::PassageId;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions, exhaustive_search, explain};

use super::sealed::Snapshot;
use crate::Error;
use crate::settings::StoredSplitting;

/// What messages say in place of a path.
pub(super) const IN_MEMORY: &str = "documents in memory";

/// The embeddings and documents of one state. States share what did not change between them.
#[derive(Debug, Clone, Default)]
pub struct MemorySnapshot {
    /// The passages that are not deleted, by ascending id.
    pub(super) passages: Vec<(PassageId, Arc<Embeddings>)>,
    pub(super) documents: Documents<Arc<[u8]>>,
    pub(super) num_documents: usize,
    /// How documents that are added become passages, unless a change says otherwise.
    pub(super) splitting: StoredSplitting,
}

impl MemorySnapshot {
    /// This state with another way of splitting what is added.
    pub(crate) fn with_splitting(&self, splitting: StoredSplitting) -> Self {
        Self { splitting, ..self.clone() }
    }

    /// The state without documents that splits what is added as this one.
    pub(crate) fn cleared(&self) -> Self {
        Self { splitting: self.splitting, ..Self::default() }
    }

    /// This state without the passages `deleted` and with the passages `added` behind it, whose documents
    /// are laid out in `blocks`, and with new `metadata` of the documents of these passages.
    pub(super) fn changed(
        &self,
        deleted: &[PassageId],
        added: Vec<Embeddings>,
        blocks: Vec<Vec<u8>>,
        metadata: &[(PassageId, String)],
        num_documents: usize,
    ) -> Result<Self, Error> {
        let mut next = Self { num_documents, ..self.clone() };
        let first_id = self.documents.num_ids();
        if !deleted.is_empty() {
            let deleted: HashSet<&PassageId> = deleted.iter().collect();
            next.passages.retain(|(id, _)| !deleted.contains(id));
        }
        let added = (first_id as u32..).map(PassageId).zip(added);
        next.passages.extend(added.map(|(id, passage)| (id, Arc::new(passage))));
        for block in blocks {
            next.documents.push(Path::new(IN_MEMORY), block.into())?;
        }
        let is_live = |passage| next.embeddings(passage).is_some();
        let changes = DocumentChanges { metadata, ..DocumentChanges::default() };
        next.documents = next.documents.changed(&changes, &is_live)?;
        Ok(next)
    }

    /// The embeddings of a passage, unless it is deleted.
    fn embeddings(&self, passage: PassageId) -> Option<EmbeddingsRef<'_>> {
        let at = self.passages.binary_search_by_key(&passage, |(id, _)| *id).ok()?;
        Some(self.passages[at].1.as_ref().as_ref())
    }

    /// The passages that are not deleted.
    fn passages(&self) -> impl Iterator<Item = (PassageId, EmbeddingsRef<'_>)> {
        self.passages.iter().map(|(id, passage)| (*id, passage.as_ref().as_ref()))
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
        self.passages.len()
    }

    fn contains(&self, passage: PassageId) -> bool {
        self.embeddings(passage).is_some()
    }

    fn splitting(&self) -> StoredSplitting {
        self.splitting
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
