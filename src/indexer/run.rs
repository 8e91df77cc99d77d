//! Building an index.

use std::borrow::Borrow;

use jacolbert_documents::{Companions, Document, check_documents, checked_documents};
use jacolbert_index::IndexBuilder;

use super::Indexer;
use super::indexed::Indexed;
use crate::Error;
use crate::collection::Collection;
use crate::index_options::{IndexOptions, IndexProgress};
use crate::ingest::{IndexSink, Ingest, Splitter};
use crate::progress::report;
use crate::settings::{SETTINGS, Settings, StoredSplitting};
use crate::storage::{DiskSnapshot, OnDisk, Sealed};
#[cfg(feature = "words")]
use crate::stored_words::StoredWords;

impl Indexer<'_> {
    /// Encodes `documents` and writes their index.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let indexed = retriever.indexer("my-index").run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoDocuments`]; [`Error::Documents`] for an empty id, one that is taken, or a range of
    /// [`splitter`](Self::splitter) that is no passage; [`Error::Cancelled`], [`Error::Model`],
    /// [`Error::Index`]. Then no index is written. A folder that this call created stays, with nothing in it but `writer.lock`; it can be used again.
    /// The exception is [`NotDurable`](jacolbert_index::Error::NotDurable) within [`Error::Index`]: then
    /// the collection is there and can be opened, but a power failure may lose it.
    pub fn run<D: Borrow<Document> + Send>(
        self,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Indexed, Error> {
        let documents: Vec<D> = documents.into_iter().collect();
        // Before the folder is made.
        if documents.is_empty() {
            return Err(Error::NoDocuments);
        }
        check_documents(&documents)?;
        let of = Some(documents.len());
        self.build_index(documents.into_iter().map(Ok), of)
    }

    /// Encodes documents as they come and writes their index. Memory hardly grows with their number.
    ///
    /// Reading, splitting, tokenising, encoding and storing overlap, on the threads of the rayon pool in
    /// which this is called; see [`Encoder::encode_stream`](crate::Encoder::encode_stream). About 40
    /// bytes per document, by which equal ids are found, 4 bytes per passage, and the list of truncated
    /// passages stay in memory until the end; vectors and texts go to files of the folder. Then building
    /// takes up to [`BuildOptions::memory`](crate::BuildOptions::memory).
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::{Retriever, stream_jsonl};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let documents = stream_jsonl(Path::new("documents.jsonl"))?;
    /// let indexed = retriever.indexer("my-index").run_stream(documents)?;
    /// println!("{} documents", indexed.collection.num_documents());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run). An error of `documents` is
    /// [`Document`](jacolbert_documents::Error::Document) within [`Error::Documents`]. An id that is taken
    /// is found when the second document comes.
    pub fn run_stream<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        self,
        documents: impl IntoIterator<Item = Result<Document, E>, IntoIter: Send>,
    ) -> Result<Indexed, Error> {
        let checked = checked_documents(documents.into_iter());
        let mut documents = checked.map(|document| document.map_err(Error::from)).peekable();
        // Before the folder is made.
        if documents.peek().is_none() {
            return Err(Error::NoDocuments);
        }
        self.build_index(documents, None)
    }

    /// Indexes documents whose ids differ; there are `of` of them, if that is known.
    fn build_index<D: Borrow<Document> + Send>(
        mut self,
        documents: impl Iterator<Item = Result<D, Error>> + Send,
        of: Option<usize>,
    ) -> Result<Indexed, Error> {
        let encoder = self.retriever.encoder();
        let IndexOptions { splitting, pooling, build } = self.options;
        let on_progress = &mut self.on_progress;
        let splitter = self.splitter.map_or(Splitter::Rule(splitting), Splitter::Own);
        let stored = splitter.rule().map_or(StoredSplitting::Own, StoredSplitting::Rule);
        let mut settings = Settings::new(encoder, stored, pooling)?;
        let companions = Companions::default();
        #[cfg(feature = "words")]
        let companions = match self.words {
            Some(analyser) => {
                settings.words = Some(StoredWords::of(&analyser)?);
                companions.words(analyser)
            }
            None => companions,
        };
        let storage = OnDisk::new(&self.folder)?;
        let builder = IndexBuilder::create(storage.path(), encoder.dim(), build)?;
        let mut sink = IndexSink::new(builder, companions);
        let ingest = Ingest { encoder, splitter, pooling, first_passage: 0 };
        let ingested = ingest.run(documents, &mut sink, &mut |done| {
            report(on_progress, IndexProgress::Encoding { done, of })
        })?;
        settings.num_documents = ingested.num_documents;
        let mut builder = sink.into_writer()?;
        builder.attach(SETTINGS, &settings.to_bytes());
        let index = builder
            .build_reporting(&mut |built| report(on_progress, IndexProgress::Building(built)))?;
        let snapshot = DiskSnapshot::from_index(encoder, storage.path(), index)?;
        let shared = self.retriever.shared_encoder();
        let collection = Collection::from_snapshot(shared, storage, snapshot);
        Ok(Indexed { collection, truncated: ingested.truncated })
    }
}
