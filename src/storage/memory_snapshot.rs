//! One state of a collection in memory.

#[cfg(feature = "words")]
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
#[cfg(feature = "words")]
use jacolbert_documents::{Analyser, WordIndex};
use jacolbert_documents::{Companions, DocumentChanges, Documents};
use jacolbert_index::PassageId;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions, exhaustive_search, explain};

use super::collection_words::CollectionWords;
use super::sealed::Snapshot;
use crate::Error;
use crate::settings::StoredSplitting;
use crate::stored_words::StoredWords;

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
    pub(super) words: CollectionWords<Arc<[u8]>>,
    /// What is remembered of the words' analyser.
    pub(super) stored_words: Option<StoredWords>,
}

impl MemorySnapshot {
    /// This state with another way of splitting what is added.
    pub(crate) fn with_splitting(&self, splitting: StoredSplitting) -> Self {
        Self { splitting, ..self.clone() }
    }

    /// The state without documents that splits what is added as this one.
    pub(crate) fn cleared(&self) -> Result<Self, Error> {
        let empty = Self { splitting: self.splitting, ..Self::default() };
        empty.with_stored_words(self.stored_words.clone())
    }

    /// This state with the words that `analyser` makes.
    #[cfg(feature = "words")]
    pub(crate) fn with_words(&self, analyser: &Analyser) -> Result<Self, Error> {
        self.with_stored_words(Some(StoredWords::of(analyser)?))
    }

    /// This state with the words of which this is remembered.
    pub(super) fn with_stored_words(&self, stored: Option<StoredWords>) -> Result<Self, Error> {
        let mut next = Self { stored_words: stored, ..self.clone() };
        #[cfg(feature = "words")]
        if let Some(stored) = &next.stored_words
            && let Ok(analyser) = stored.open(Path::new(IN_MEMORY))
        {
            let companions = Companions::default().words(analyser);
            next.documents = next.documents.clone().with_companions(&companions)?;
        }
        next.open_words()?;
        Ok(next)
    }

    /// Changes the metadata of some documents, joins blocks, and makes the files beside them.
    fn change_documents(
        &mut self,
        metadata: &[(PassageId, String)],
        companions: Companions,
    ) -> Result<(), Error> {
        let is_live = |passage| self.find(passage).is_some();
        let changes = DocumentChanges { metadata, companions, ..DocumentChanges::default() };
        self.documents = self.documents.changed(&changes, &is_live)?;
        Ok(())
    }

    fn open_words(&mut self) -> Result<(), Error> {
        let path = Path::new(IN_MEMORY);
        self.words = CollectionWords::open(path, self.stored_words.as_ref(), &self.documents)?;
        Ok(())
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
        next.change_documents(metadata, self.words.companions(Path::new(IN_MEMORY))?)?;
        next.open_words()?;
        Ok(next)
    }

    /// The embeddings of a passage, unless it is deleted.
    fn find(&self, passage: PassageId) -> Option<EmbeddingsRef<'_>> {
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

    /// Blocks in memory take what was opened with them.
    fn sharing(self, _earlier: &Self) -> Self {
        self
    }

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
        self.find(passage).is_some()
    }

    fn splitting(&self) -> StoredSplitting {
        self.splitting
    }

    fn pooling(&self) -> Pooling {
        Pooling::default()
    }

    fn embeddings(&self, passage: PassageId) -> Result<Embeddings, Error> {
        let found = self.find(passage).ok_or(Error::UnknownPassage { passage })?;
        Ok(found.to_embeddings())
    }

    fn search(
        &self,
        query: EmbeddingsRef<'_>,
        among: Option<&PassageSubset>,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        let hits = match among {
            Some(subset) => {
                let among = subset.iter().filter_map(|id| Some((id, self.find(id)?)));
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

    #[cfg(feature = "words")]
    fn rerank(&self, query: EmbeddingsRef<'_>, passages: &[PassageId]) -> Result<Vec<Hit>, Error> {
        let distinct: BTreeSet<PassageId> = passages.iter().copied().collect();
        let given = distinct.into_iter().filter_map(|id| Some((id, self.find(id)?)));
        Ok(exhaustive_search(query, given, passages.len())?)
    }

    #[cfg(feature = "words")]
    fn words(&self) -> Result<&WordIndex<Arc<[u8]>>, Error> {
        self.words.index(Path::new(IN_MEMORY))
    }

    fn explain(&self, query: EmbeddingsRef<'_>, passage: PassageId) -> Result<Vec<Match>, Error> {
        let found = self.find(passage).ok_or(Error::UnknownPassage { passage })?;
        Ok(explain(query, found)?)
    }
}
