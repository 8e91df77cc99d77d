//! The retriever: a loaded model, and all that can be done with it.

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_core::Pooling;
use jacolbert_index::{BuildOptions, BuildProgress, Embeddings, Index, IndexBuilder, PassageId};
use jacolbert_model::{Device, Encoder, LoadOptions};
use jacolbert_search::exhaustive_search;

use crate::hit::Reranked;
use crate::ingest::{Ingest, PassageStore};
use crate::settings::{SETTINGS, Settings};
use crate::{Collection, Document, Error, MemoryCollection, Splitting, Truncated};
#[cfg(feature = "hub")]
use crate::{HubOptions, fetch_checkpoint};
use jacolbert_documents::{block_name, check_ids, with_checked_ids};

/// A late-interaction model, ready to encode, index, search and rerank.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert::{Device, Document, Retriever, SearchOptions};
///
/// let retriever = Retriever::from_dir(Path::new("assets/mini"), &Device::cpu())?;
/// let documents = [
///     Document::new("fuji", "富士山は日本で最も高い山である。"),
///     Document::new("biwa", "琵琶湖は日本で最も大きな湖である。"),
/// ];
/// let indexed = retriever.index(Path::new("my-index"), &documents, &Default::default())?;
/// for hit in indexed.collection.search("一番高い山は？", &SearchOptions::default())? {
///     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Retriever {
    encoder: Arc<Encoder>,
}

/// How documents are indexed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexOptions {
    /// How documents become passages.
    pub splitting: Splitting,
    /// How many tokens of a passage become one row; the collection remembers it for what is added.
    pub pooling: Pooling,
    /// How the index is built: bits, centroids, seed.
    pub build: BuildOptions,
}

/// What indexing gives.
#[derive(Debug)]
pub struct Indexed {
    /// The collection, open.
    pub collection: Collection,
    /// Passages that were longer than the encoder takes, in order.
    pub truncated: Vec<Truncated>,
}

/// How far indexing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexProgress {
    /// Documents encoded, of those of a slice.
    Encoding {
        /// Documents done.
        done: usize,
        /// Documents in all.
        of: usize,
    },
    /// Documents encoded, of a [stream](Retriever::index_stream) that does not say how many come.
    EncodingStream {
        /// Documents done.
        done: usize,
    },
    /// The index is being built from their embeddings.
    Building(BuildProgress),
}

impl Retriever {
    /// Takes a loaded encoder.
    pub fn new(encoder: Encoder) -> Self {
        Self { encoder: Arc::new(encoder) }
    }

    /// Loads the checkpoint in the folder `path` onto `device`.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn from_dir(path: &Path, device: &Device) -> Result<Self, Error> {
        Self::from_dir_with(path, &LoadOptions::default(), device)
    }

    /// As [`from_dir`](Self::from_dir), by `options`: with a dictionary, which the published JaColBERT
    /// checkpoints need, or with settings other than the folder's.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::{Device, LoadOptions, Retriever};
    ///
    /// let dictionary = Some("site-packages/unidic_lite/dicdir".into());
    /// let options = LoadOptions { dictionary, ..Default::default() };
    /// let retriever = Retriever::from_dir_with(Path::new("JaColBERT"), &options, &Device::cpu())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn from_dir_with(
        path: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        Ok(Self::new(Encoder::from_dir(path, options, device)?))
    }

    /// Loads the checkpoint `name` of the Hugging Face hub onto `device`, through the cache that is
    /// shared with the hub's clients in Python; see [`fetch_checkpoint`](crate::fetch_checkpoint), which
    /// reports how far the download is.
    ///
    /// ```no_run
    /// use jacolbert::{Device, HubOptions, Retriever};
    ///
    /// let options = HubOptions::default();
    /// let retriever = Retriever::from_hub("ORGANISATION/MODEL", &options, &Device::cpu())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fetch_checkpoint`](crate::fetch_checkpoint) and [`from_dir`](Self::from_dir).
    #[cfg(feature = "hub")]
    pub fn from_hub(name: &str, options: &HubOptions, device: &Device) -> Result<Self, Error> {
        Self::from_hub_with(name, options, &LoadOptions::default(), device)
    }

    /// As [`from_hub`](Self::from_hub), with what loading needs beyond the checkpoint's files: the
    /// dictionary of the published JaColBERT checkpoints.
    ///
    /// ```no_run
    /// use jacolbert::{Device, HubOptions, LoadOptions, Retriever};
    ///
    /// let dictionary = Some("site-packages/unidic_lite/dicdir".into());
    /// let loading = LoadOptions { dictionary, ..Default::default() };
    /// let (name, hub) = ("bclavie/JaColBERT", HubOptions::default());
    /// let retriever = Retriever::from_hub_with(name, &hub, &loading, &Device::cpu())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_hub`](Self::from_hub).
    #[cfg(feature = "hub")]
    pub fn from_hub_with(
        name: &str,
        hub: &HubOptions,
        loading: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        Self::from_dir_with(&fetch_checkpoint(name, hub, &mut |_| ())?, loading, device)
    }

    /// Loads the checkpoint that encoded the collection in `folder`, with the dictionary that it had
    /// then, and opens that collection.
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir) and [`open`](Self::open), and [`Error::NoCheckpoint`].
    pub fn from_collection(folder: &Path, device: &Device) -> Result<(Self, Collection), Error> {
        Self::from_collection_with(folder, &LoadOptions::default(), device)
    }

    /// As [`from_collection`](Self::from_collection), by `options`; without a dictionary in them it
    /// is the one that the collection remembers.
    ///
    /// # Errors
    /// As [`from_collection`](Self::from_collection).
    pub fn from_collection_with(
        folder: &Path,
        options: &LoadOptions,
        device: &Device,
    ) -> Result<(Self, Collection), Error> {
        let index = Index::open(folder)?;
        let Settings { checkpoint, dictionary, .. } = Settings::of_index(folder, &index)?;
        let checkpoint = checkpoint.ok_or_else(|| Error::NoCheckpoint { path: folder.into() })?;
        let mut options = options.clone();
        options.dictionary = options.dictionary.or(dictionary.map(PathBuf::from));
        let retriever = Self::from_dir_with(Path::new(&checkpoint), &options, device)?;
        let collection = Collection::of_index(retriever.encoder.clone(), folder, index)?;
        Ok((retriever, collection))
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Encodes `documents` and writes their index to `folder`, which must not hold one yet.
    ///
    /// # Errors
    /// [`Error::NoDocuments`], [`Error::Documents`], [`Error::Model`],
    /// [`Error::Index`].
    pub fn index(
        &self,
        folder: &Path,
        documents: &[Document],
        options: &IndexOptions,
    ) -> Result<Indexed, Error> {
        self.index_with(folder, documents, options, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`index`](Self::index), with a report of every step, which may end the work; then the folder
    /// is as it was before.
    ///
    /// # Errors
    /// As [`index`](Self::index), and [`jacolbert_index::Error::Cancelled`] within [`Error::Index`].
    pub fn index_with(
        &self,
        folder: &Path,
        documents: &[Document],
        options: &IndexOptions,
        progress: &mut dyn FnMut(IndexProgress) -> ControlFlow<()>,
    ) -> Result<Indexed, Error> {
        if documents.is_empty() {
            return Err(Error::NoDocuments);
        }
        // Before the folder is made.
        check_ids(documents)?;
        let of = documents.len();
        let encoding = |done| IndexProgress::Encoding { done, of };
        self.indexed(folder, documents.iter().map(Ok), options, &encoding, progress)
    }

    /// As [`index_with`](Self::index_with), of documents that come one after the other: any number of them,
    /// in memory that hardly grows with it.
    ///
    /// Reading, splitting and tokenising them, encoding and storing overlap, on the threads of rayon's pool
    /// in which this is called; see [`Encoder::encode_stream`]. What stays in memory until the end
    /// is some 40 bytes a document, by which equal ids are found, 4 bytes a passage, and the passages
    /// that were cut; vectors and texts go to files of the folder. Building then takes
    /// [`BuildOptions::memory`].
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    /// use std::path::Path;
    ///
    /// use jacolbert::{Device, IndexOptions, Retriever, stream_jsonl};
    ///
    /// let retriever = Retriever::from_dir(Path::new("assets/mini"), &Device::cpu())?;
    /// let documents = stream_jsonl(Path::new("documents.jsonl"))?;
    /// let (folder, options) = (Path::new("my-index"), IndexOptions::default());
    /// let progress = &mut |_| ControlFlow::Continue(());
    /// let indexed = retriever.index_stream(folder, documents, &options, progress)?;
    /// println!("{} documents", indexed.collection.num_documents());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`index_with`](Self::index_with), and [`Error::Documents`] with the place of an error of
    /// `documents`, which ends the work; then the folder is as it was before. An id that is taken
    /// is found when the second document comes.
    pub fn index_stream<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &self,
        folder: &Path,
        documents: impl IntoIterator<Item = Result<Document, E>, IntoIter: Send>,
        options: &IndexOptions,
        progress: &mut dyn FnMut(IndexProgress) -> ControlFlow<()>,
    ) -> Result<Indexed, Error> {
        let mut documents =
            with_checked_ids(documents.into_iter()).map(|document| Ok(document?)).peekable();
        // Before the folder is made.
        if documents.peek().is_none() {
            return Err(Error::NoDocuments);
        }
        let encoding = |done| IndexProgress::EncodingStream { done };
        self.indexed(folder, documents, options, &encoding, progress)
    }

    /// Documents whose ids differ, through all stages.
    fn indexed<D: Borrow<Document> + Send>(
        &self,
        folder: &Path,
        documents: impl Iterator<Item = Result<D, Error>> + Send,
        options: &IndexOptions,
        encoding: &dyn Fn(usize) -> IndexProgress,
        progress: &mut dyn FnMut(IndexProgress) -> ControlFlow<()>,
    ) -> Result<Indexed, Error> {
        let (dim, build) = (self.encoder.dim(), options.build.clone());
        let builder = IndexBuilder::create(folder, dim, build)?;
        let &IndexOptions { splitting, pooling, .. } = options;
        let ingest = Ingest { encoder: &self.encoder, splitting, pooling, first_passage: 0 };
        let mut draft = Drafted { builder, num_parts: 0 };
        let ingested = ingest.run(documents, &mut draft, &mut |done| progress(encoding(done)))?;
        let settings = Settings::new(&self.encoder, ingested.num_documents, pooling)?;
        let mut builder = draft.builder;
        builder.attach(SETTINGS, &settings.to_bytes());
        let index = builder.build_with(&mut |built| progress(IndexProgress::Building(built)))?;
        let collection = Collection::of_index(self.encoder.clone(), folder, index)?;
        Ok(Indexed { collection, truncated: ingested.truncated })
    }

    /// Opens the collection in `folder`, made with the same checkpoint; the time does not grow with
    /// the collection.
    ///
    /// # Errors
    /// [`Error::Index`], [`Error::Corrupt`], and [`Error::OtherModel`] if another model made it.
    pub fn open(&self, folder: &Path) -> Result<Collection, Error> {
        Collection::open(self.encoder.clone(), folder)
    }

    /// An empty collection in memory, searched without an index.
    pub fn in_memory(&self) -> MemoryCollection {
        MemoryCollection::new(self.encoder.clone())
    }

    /// Reads a collection that [`MemoryCollection::save`] wrote.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Corrupt`], [`Error::OtherModel`], and [`Error::Index`] if the rows have
    /// another dimension.
    pub fn load_in_memory(&self, path: &Path) -> Result<MemoryCollection, Error> {
        MemoryCollection::load(self.encoder.clone(), path)
    }

    /// The best `k` of `texts` for `query`, best first: another engine's list in our order.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn rerank(&self, query: &str, texts: &[&str], k: usize) -> Result<Vec<Reranked>, Error> {
        let query = self.encoder.encode_query(query)?.embeddings;
        let passages = self.encoder.encode_passages(texts)?.embeddings;
        let hits = exhaustive_search(
            query.as_ref(),
            (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
            k,
        )?;
        let reranked = hits.iter().enumerate().map(|(n, hit)| Reranked {
            content: texts[hit.passage.index()].into(),
            score: hit.score,
            rank: n + 1,
            position: hit.passage.index(),
        });
        Ok(reranked.collect())
    }
}

/// An index to be, with so many parts of documents.
struct Drafted {
    builder: IndexBuilder,
    num_parts: usize,
}

impl PassageStore for Drafted {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.builder.add(passage.as_ref())?;
        Ok(())
    }

    fn add_part(&mut self, part: Vec<u8>) -> Result<(), Error> {
        self.builder.attach_written(&block_name(self.num_parts), &part)?;
        self.num_parts += 1;
        Ok(())
    }
}
