//! What the kinds of storage have in common, for this crate only.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
#[cfg(feature = "words")]
use jacolbert_documents::WordIndex;
use jacolbert_documents::{Documents, Filter, MatchingDocuments};
use jacolbert_index::PassageId;
use jacolbert_model::Encoder;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions};

use crate::Error;
use crate::ingest::PassageStore;
use crate::settings::StoredSplitting;

/// A kind of storage.
pub trait Sealed: Debug + Send + Sync {
    /// A state of the collection that no longer changes.
    type Snapshot: Snapshot;
    /// A change of the collection until its commit.
    type Change: Change<Snapshot = Self::Snapshot>;

    /// Where it is; for messages.
    fn path(&self) -> &Path;

    /// Starts a change of the latest state; `current` is the state that the collection has open.
    fn begin(
        &self,
        encoder: &Encoder,
        current: &Arc<Self::Snapshot>,
    ) -> Result<Self::Change, Error>;
}

/// One state of a collection. A search holds it from its beginning to its end.
pub trait Snapshot: Debug + Send + Sync {
    /// The bytes of a block of documents.
    type Block: AsRef<[u8]> + Clone + Send + Sync + 'static;

    /// The same state. Files that `earlier` has too are not opened again where that takes time.
    #[must_use]
    fn sharing(self, earlier: &Self) -> Self
    where
        Self: Sized;

    /// The texts and metadata of all passages, also of some that are deleted.
    fn documents(&self) -> &Documents<Self::Block>;

    /// Number of documents that are not deleted.
    fn num_documents(&self) -> usize;

    /// Number of passages that are not deleted.
    fn num_passages(&self) -> usize;

    /// Whether there is a passage with this id that is not deleted.
    fn contains(&self, passage: PassageId) -> bool;

    /// How documents become passages, unless a change says otherwise.
    fn splitting(&self) -> StoredSplitting;

    /// How the tokens of passages are pooled.
    fn pooling(&self) -> Pooling;

    /// The vectors of a passage that is not deleted.
    fn embeddings(&self, passage: PassageId) -> Result<Embeddings, Error>;

    /// The best passages, of `among` only if it is given.
    fn search(
        &self,
        query: EmbeddingsRef<'_>,
        among: Option<&PassageSubset>,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error>;

    /// The best passages for each query.
    fn search_batch(
        &self,
        queries: &[Embeddings],
        options: &SearchOptions,
    ) -> Result<Vec<Vec<Hit>>, Error>;

    /// The given passages by their exact scores, best first. Deleted ones are left out.
    #[cfg(feature = "words")]
    fn rerank(&self, query: EmbeddingsRef<'_>, passages: &[PassageId]) -> Result<Vec<Hit>, Error>;

    /// The words of all passages.
    ///
    /// # Errors
    /// [`Error::NoWords`], [`Error::WordDictionary`].
    #[cfg(feature = "words")]
    fn words(&self) -> Result<&WordIndex<Self::Block>, Error>;

    /// The matches between a query and a passage that is not deleted.
    fn explain(&self, query: EmbeddingsRef<'_>, passage: PassageId) -> Result<Vec<Match>, Error>;

    /// The passages of the document with this id that are not deleted.
    fn live_passages(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let mut passages = self.documents().passages_of(document_id)?;
        passages.retain(|&passage| self.contains(passage));
        Ok(passages)
    }

    /// The documents that pass `filter`.
    fn matching(&self, filter: &Filter) -> Result<MatchingDocuments<'_, Self::Block>, Error> {
        Ok(self.documents().matching(filter, &|passage| self.contains(passage))?)
    }

    /// The passages of the documents that pass `filter`, ascending.
    fn matching_passages(&self, filter: &Filter) -> Result<Vec<PassageId>, Error> {
        let matching = self.matching(filter)?;
        // Looking for a passage takes longer than passing it on.
        let all_live = self.num_passages() == self.documents().num_ids();
        Ok(matching.passages(&|passage| all_live || self.contains(passage))?)
    }

    /// Number of documents that pass `filter`.
    fn num_matching(&self, filter: &Filter) -> Result<usize, Error> {
        let matching = self.matching(filter)?;
        let all_live = self.num_passages() == self.documents().num_ids();
        Ok(matching.num_documents(&|passage| all_live || self.contains(passage))?)
    }

    /// The passages of the document with this id.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    fn passages_of(&self, document_id: &str) -> Result<Vec<PassageId>, Error> {
        let passages = self.live_passages(document_id)?;
        if passages.is_empty() {
            return Err(Error::UnknownId { id: document_id.into() });
        }
        Ok(passages)
    }
}

/// A change of a collection. Dropping it leaves the collection as it was.
pub trait Change: PassageStore {
    /// The state that the commit makes.
    type Snapshot: Snapshot;

    /// The state before the change.
    fn base(&self) -> &Arc<Self::Snapshot>;

    /// Deletes a passage.
    fn delete(&mut self, passage: PassageId) -> Result<(), Error>;

    /// Gives the document of this passage other metadata, a JSON text.
    fn set_metadata(&mut self, passage: PassageId, metadata: String);

    /// Makes the change, which `encoder` encoded, the state of the collection, with so many documents.
    fn commit(
        self,
        encoder: &Encoder,
        num_documents: usize,
    ) -> Result<Committed<Self::Snapshot>, Error>;
}

/// A commit that is in place.
#[derive(Debug)]
pub struct Committed<S> {
    /// The state that it made.
    pub(crate) snapshot: S,
    /// [`NotDurable`](jacolbert_index::Error::NotDurable) if a power failure may lose it.
    pub(crate) durable: Result<(), Error>,
}
