//! A change of a collection in a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_core::Embeddings;
#[cfg(feature = "words")]
use jacolbert_documents::Analyser;
use jacolbert_documents::{Companions, DocumentChanges, Join};
use jacolbert_index::{IndexWriter, PassageId};
use jacolbert_model::Encoder;

use super::disk_snapshot::DiskSnapshot;
use super::sealed::{Change, Committed, Snapshot};
use crate::Error;
use crate::ingest::{IndexSink, PassageStore};
use crate::settings::{SETTINGS, Settings};
#[cfg(feature = "words")]
use crate::stored_words::StoredWords;

/// A change of a folder.
#[derive(Debug)]
pub struct DiskChange {
    folder: PathBuf,
    base: Arc<DiskSnapshot>,
    sink: IndexSink<IndexWriter>,
    joins: Join,
    metadata: Vec<(PassageId, String)>,
    /// What is derived from each block that is written; none if the dictionary of the words is missing.
    companions: Option<Companions>,
    settings: Settings,
}

impl DiskChange {
    /// A change of `base`, which `writer` has open.
    pub(super) fn new(folder: &Path, writer: IndexWriter, base: Arc<DiskSnapshot>) -> Self {
        let companions = base.companions(folder).ok();
        let sink = IndexSink::new(writer, companions.clone().unwrap_or_default());
        let settings = base.settings().clone();
        let joins = Join::Small;
        let metadata = Vec::new();
        Self { folder: folder.into(), base, sink, joins, metadata, companions, settings }
    }

    /// What is derived from each block that is written.
    ///
    /// # Errors
    /// [`Error::WordDictionary`](crate::Error), or that the feature `words` is missing.
    fn companions(&self) -> Result<Companions, Error> {
        match &self.companions {
            Some(companions) => Ok(companions.clone()),
            None => self.base.companions(&self.folder),
        }
    }

    /// Has the commit rewrite everything with the words that `analyser` makes, or without any.
    #[cfg(feature = "words")]
    pub(crate) fn build_words(&mut self, analyser: Option<Analyser>) -> Result<(), Error> {
        self.settings.words = analyser.as_ref().map(StoredWords::of).transpose()?;
        let companions = Companions::default();
        self.companions = Some(match analyser {
            Some(analyser) => companions.words(analyser),
            None => companions,
        });
        self.compact();
        Ok(())
    }

    /// Has the commit rewrite everything, without what deleted documents left.
    pub(crate) fn compact(&mut self) {
        self.joins = Join::All;
        self.sink.writer_mut().compact();
    }
}

impl PassageStore for DiskChange {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        // The commit would fail; a large addition should not come so far.
        self.companions()?;
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
        let companions = self.companions()?;
        let settings = Settings { num_documents, ..self.settings.healed(encoder)? };
        let (mut writer, latest) = self.sink.into_parts()?;
        let changes = DocumentChanges {
            added: latest.as_deref(),
            joins: self.joins,
            metadata: &self.metadata,
            companions,
        };
        self.base.documents().write(&mut writer, &changes)?;
        writer.attach(SETTINGS, &settings.to_bytes());
        let index = writer.commit().map(|committed| committed.index);
        DiskSnapshot::committed(encoder, &self.folder, index)
    }
}
