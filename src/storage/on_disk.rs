//! Passages in a folder, as a compressed index.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_core::{Embeddings, EmbeddingsRef, Pooling};
use jacolbert_documents::{Companions, DocumentChanges, Documents, Join, check_features};
use jacolbert_index::{Attachment, Index, IndexWriter, PassageId};
use jacolbert_model::Encoder;
use jacolbert_search::{Hit, Match, PassageSubset, SearchOptions, Searcher};

use super::sealed::{Change, Committed, Sealed, Snapshot};
use crate::Error;
use crate::ingest::{IndexSink, PassageStore};
use crate::settings::{SETTINGS, Settings, StoredSplitting};

/// A folder with a compressed index: the storage of a [`Collection`](crate::Collection).
///
/// Vectors, texts and metadata are parts of the same commits, so that they always agree.
///
/// ```no_run
/// use jacolbert::{Collection, OnDisk};
///
/// let collection: Collection<OnDisk> = Collection::open("my-index")?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
pub struct OnDisk {
    folder: PathBuf,
}

/// One commit of a folder, open.
#[derive(Debug)]
pub struct DiskSnapshot {
    index: Index,
    documents: Documents<Attachment>,
    settings: Settings,
}

/// A change of a folder.
#[derive(Debug)]
pub struct DiskChange {
    folder: PathBuf,
    base: Arc<DiskSnapshot>,
    sink: IndexSink<IndexWriter>,
    joins: Join,
    metadata: Vec<(PassageId, String)>,
}

impl OnDisk {
    /// The folder's whole path is kept, so that it stays the same folder when the process changes its
    /// working folder.
    pub(crate) fn new(folder: &Path) -> Result<Self, Error> {
        let folder = std::path::absolute(folder).map_err(|source| Error::io(folder, source))?;
        Ok(Self { folder })
    }
}

impl Sealed for OnDisk {
    type Snapshot = DiskSnapshot;
    type Change = DiskChange;

    fn path(&self) -> &Path {
        &self.folder
    }

    fn begin(&self, encoder: &Encoder, _current: &Arc<DiskSnapshot>) -> Result<DiskChange, Error> {
        let writer = IndexWriter::open(&self.folder)?;
        check_features(&self.folder, writer.index())?;
        let base = DiskSnapshot::from_index(encoder, &self.folder, writer.index().clone())?;
        let base = Arc::new(base);
        let sink = IndexSink::new(writer);
        let metadata = Vec::new();
        Ok(DiskChange { folder: self.folder.clone(), base, sink, joins: Join::Small, metadata })
    }
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
        Ok(Self { index, documents, settings })
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

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }
}

impl Snapshot for DiskSnapshot {
    type Block = Attachment;

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

    fn num_rows(&self, passage: PassageId) -> Result<usize, Error> {
        Ok(self.index.decode(passage)?.num_tokens())
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

    fn explain(&self, query: EmbeddingsRef<'_>, passage: PassageId) -> Result<Vec<Match>, Error> {
        Ok(Searcher::new(&self.index).explain(query, passage)?)
    }
}

impl DiskChange {
    /// Has the commit rewrite everything, without what deleted documents left.
    pub(crate) fn compact(&mut self) {
        self.joins = Join::All;
        self.sink.writer_mut().compact();
    }
}

impl PassageStore for DiskChange {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.sink.add(passage)
    }

    fn add_block(&mut self, block: Vec<u8>) -> Result<(), Error> {
        self.sink.add_block(block)
    }
}

impl Change for DiskChange {
    type Snapshot = DiskSnapshot;

    fn base(&self) -> &Arc<DiskSnapshot> {
        &self.base
    }

    fn delete(&mut self, passage: PassageId) -> Result<(), Error> {
        Ok(self.sink.writer_mut().delete(passage)?)
    }

    fn set_metadata(&mut self, passage: PassageId, metadata: String) {
        self.metadata.push((passage, metadata));
    }

    fn commit(
        self,
        encoder: &Encoder,
        num_documents: usize,
    ) -> Result<Committed<DiskSnapshot>, Error> {
        let settings = Settings { num_documents, ..self.base.settings.clone().healed(encoder)? };
        let (mut writer, latest) = self.sink.into_parts()?;
        let changes = DocumentChanges {
            added: latest.as_deref(),
            joins: self.joins,
            metadata: &self.metadata,
            companions: Companions::default(),
        };
        self.base.documents.write(&mut writer, &changes)?;
        writer.attach(SETTINGS, &settings.to_bytes());
        let index = writer.commit().map(|committed| committed.index);
        DiskSnapshot::committed(encoder, &self.folder, index)
    }
}

#[cfg(test)]
mod tests {
    use jacolbert_documents::Document;
    use jacolbert_testing::data::mini;

    use super::*;
    use crate::retriever::Retriever;

    #[test]
    fn a_commit_that_a_power_failure_may_lose_is_the_new_state_all_the_same()
    -> Result<(), Box<dyn std::error::Error>> {
        let retriever = Retriever::from_dir(mini())?;
        let folder = tempfile::tempdir()?;
        let fuji = Document::new("fuji", "富士山は高い。");
        let collection = retriever.index(folder.path(), [fuji])?.collection;
        // The commit is in place, and only its confirmation failed.
        retriever.open(folder.path())?.add([Document::new("biwa", "琵琶湖は大きい。")])?;
        let source = std::io::Error::other("no confirmation");
        let path = folder.path().to_path_buf();
        let failed = Err(jacolbert_index::Error::NotDurable { path, source });
        let commit = DiskSnapshot::committed(retriever.encoder(), folder.path(), failed)?;
        let returned = collection.install_commit(commit);
        assert!(matches!(returned, Err(Error::Index(jacolbert_index::Error::NotDurable { .. }))));
        assert!(collection.contains("biwa")?);
        assert_eq!(collection.num_documents(), 2);
        Ok(())
    }
}
