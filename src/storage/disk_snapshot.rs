//! One commit of a collection in a folder.

use std::path::Path;
#[cfg(feature = "words")]
use std::path::PathBuf;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
#[cfg(feature = "words")]
use jacolbert_documents::WordIndex;
use jacolbert_documents::{Companions, Documents};
use jacolbert_index::{Attachment, Index, PassageId};
use jacolbert_model::Encoder;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions, Searcher};

use super::collection_words::CollectionWords;
use super::sealed::{Committed, Snapshot};
use crate::Error;
use crate::settings::{Settings, StoredSplitting};

/// One commit of a folder, open.
#[derive(Debug)]
pub struct DiskSnapshot {
    index: Index,
    documents: Documents<Attachment>,
    settings: Settings,
    words: CollectionWords<Attachment>,
    #[cfg(feature = "words")]
    folder: PathBuf,
}

impl DiskSnapshot {
    /// Opens the latest commit of `folder`, which `encoder` must have encoded; nothing is read that
    /// grows with the collection.
    pub(crate) fn open(encoder: &Encoder, folder: &Path) -> Result<Self, Error> {
        Self::from_index(encoder, folder, Index::open(folder)?)
    }

    pub(crate) fn from_index(
        encoder: &Encoder,
        folder: &Path,
        index: Index,
    ) -> Result<Self, Error> {
        if encoder.dim() != index.dim() {
            let expected = index.dim();
            return Err(jacolbert_index::Error::Dim { expected, found: encoder.dim() }.into());
        }
        let settings = Settings::from_index(folder, &index)?;
        settings.check_model(folder, encoder)?;
        let documents = Documents::from_index(folder, &index)?;
        let words = CollectionWords::open(folder, settings.words.as_ref(), &documents)?;
        Ok(Self {
            index,
            documents,
            settings,
            words,
            #[cfg(feature = "words")]
            folder: folder.into(),
        })
    }

    /// The state after a commit to `folder` that returned `index`. A commit that is not known to be on
    /// disk is in place nevertheless.
    pub(crate) fn committed(
        encoder: &Encoder,
        folder: &Path,
        index: Result<Index, jacolbert_index::Error>,
    ) -> Result<Committed<Self>, Error> {
        match index {
            Ok(index) => {
                let snapshot = Self::from_index(encoder, folder, index)?;
                Ok(Committed { snapshot, durable: Ok(()) })
            }
            Err(error @ jacolbert_index::Error::NotDurable { .. }) => {
                let snapshot = Self::open(encoder, folder)?;
                Ok(Committed { snapshot, durable: Err(error.into()) })
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is derived from each block that a commit writes; `folder` is for messages.
    pub(super) fn companions(&self, folder: &Path) -> Result<Companions, Error> {
        self.words.companions(folder)
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }
}

impl Snapshot for DiskSnapshot {
    type Block = Attachment;

    fn sharing(mut self, earlier: &Self) -> Self {
        self.documents = self.documents.sharing(&earlier.documents);
        self.words = self.words.sharing(&self.documents);
        self
    }

    fn documents(&self) -> &Documents<Attachment> {
        &self.documents
    }

    fn num_documents(&self) -> usize {
        self.settings.num_documents
    }

    fn num_passages(&self) -> usize {
        self.index.num_passages()
    }

    fn contains(&self, passage: PassageId) -> bool {
        self.index.contains(passage)
    }

    fn splitting(&self) -> StoredSplitting {
        self.settings.splitting
    }

    fn pooling(&self) -> Pooling {
        self.settings.pooling
    }

    fn embeddings(&self, passage: PassageId) -> Result<Embeddings, Error> {
        if !self.contains(passage) {
            return Err(Error::UnknownPassage { passage });
        }
        Ok(self.index.decode(passage)?)
    }

    fn search(
        &self,
        query: EmbeddingsRef<'_>,
        among: Option<&PassageSubset>,
        options: &SearchOptions,
    ) -> Result<Vec<Hit>, Error> {
        let searcher = Searcher::new(&self.index);
        let hits = match among {
            Some(subset) => searcher.search_among(query, subset, options)?,
            None => searcher.search(query, options)?,
        };
        Ok(hits)
    }

    fn search_batch(
        &self,
        queries: &[Embeddings],
        options: &SearchOptions,
    ) -> Result<Vec<Vec<Hit>>, Error> {
        Ok(Searcher::new(&self.index).search_batch(queries, options)?)
    }

    #[cfg(feature = "words")]
    fn rerank(&self, query: EmbeddingsRef<'_>, passages: &[PassageId]) -> Result<Vec<Hit>, Error> {
        Ok(Searcher::new(&self.index).rerank(query, passages, passages.len())?)
    }

    #[cfg(feature = "words")]
    fn words(&self) -> Result<&WordIndex<Attachment>, Error> {
        self.words.index(&self.folder)
    }

    fn explain(&self, query: EmbeddingsRef<'_>, passage: PassageId) -> Result<Vec<Match>, Error> {
        Ok(Searcher::new(&self.index).explain(query, passage)?)
    }
}
