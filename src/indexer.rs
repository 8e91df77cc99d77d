//! Indexing documents into a new folder.

use std::borrow::Borrow;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use jacolbert_core::Pooling;
use jacolbert_documents::{Document, Splitting, check_ids, with_checked_ids};
use jacolbert_index::{Bits, IndexBuilder};

use crate::Error;
use crate::collection::Collection;
use crate::index_options::{IndexOptions, IndexProgress};
use crate::ingest::{IndexSink, Ingest, OwnSplitter, Splitter, Truncated};
use crate::progress::{OnProgress, report};
use crate::retriever::Retriever;
use crate::settings::{SETTINGS, Settings, StoredSplitting};
use crate::storage::{DiskSnapshot, OnDisk, Sealed};

/// What indexing returns.
///
/// ```no_run
/// use jacolbert::{Document, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let indexed = retriever.index("my-index", [Document::new("fuji", "富士山は高い。")])?;
/// println!("{} passages", indexed.collection.num_passages());
/// println!("{} of them were too long", indexed.truncated.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Indexed {
    /// The collection, open.
    pub collection: Collection,
    /// Passages that were longer than the encoder takes, in order.
    pub truncated: Vec<Truncated>,
}

/// Settings for building an index. Create them with [`Retriever::indexer`] and build with
/// [`run`](Self::run) or [`run_stream`](Self::run_stream).
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use jacolbert::{Bits, Document, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
/// let indexed = retriever
///     .indexer("my-index")
///     .bits(Bits::Four)
///     .on_progress(|progress| {
///         println!("{progress:?}");
///         ControlFlow::Continue(())
///     })
///     .run(&documents)?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is indexed before `run`"]
pub struct Indexer<'r> {
    retriever: &'r Retriever,
    folder: PathBuf,
    options: IndexOptions,
    split_with: Option<OwnSplitter<'r>>,
    on_progress: OnProgress<'r, IndexProgress>,
}

impl Retriever {
    /// Encodes `documents` and writes their index to `folder`, which must not hold one yet. The short
    /// form of [`indexer`](Self::indexer), with 2 bits per component.
    ///
    /// ```no_run
    /// use jacolbert::{Document, Retriever};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
    /// let collection = retriever.index("my-index", &documents)?.collection;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Indexer::run`].
    pub fn index<D: Borrow<Document> + Send>(
        &self,
        folder: impl AsRef<Path>,
        documents: impl IntoIterator<Item = D>,
    ) -> Result<Indexed, Error> {
        self.indexer(folder).run(documents)
    }

    /// Settings for building an index in `folder`, which must not hold one yet; [`Indexer::run`] builds it.
    ///
    /// ```no_run
    /// use jacolbert::{Bits, Document, Retriever};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
    /// let indexed = retriever.indexer("my-index").bits(Bits::Four).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn indexer(&self, folder: impl AsRef<Path>) -> Indexer<'_> {
        Indexer {
            retriever: self,
            folder: folder.as_ref().into(),
            options: IndexOptions::default(),
            split_with: None,
            on_progress: None,
        }
    }
}

impl<'r> Indexer<'r> {
    /// How documents become passages; see [`IndexOptions::splitting`].
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let indexed = retriever.indexer("my-index").splitting(jacolbert::Splitting::Whole).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitting(mut self, splitting: Splitting) -> Self {
        self.options.splitting = splitting;
        self.split_with = None;
        self
    }

    /// A function of your own that makes passages of documents, in place of a rule: from a text to the
    /// byte ranges of its passages, in the order in which they are numbered. Ranges may overlap and leave
    /// text out; what is in no range is not searched. It is called on several threads.
    ///
    /// Every range must be within the text, not be empty, and begin and end between characters; only an
    /// empty text may have no passage. A passage that is too long for the model is truncated, and reported as
    /// such.
    ///
    /// A collection cannot keep a function. It remembers that there was one, and refuses documents that
    /// are added later without [`Updater::split_with`](crate::Updater::split_with) or
    /// [`Updater::splitting`](crate::Updater::splitting).
    ///
    /// ```no_run
    /// use jacolbert::{Document, Retriever};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let documents = [Document::new("poem", "古池や／蛙飛びこむ／水の音")];
    /// // One passage per line of a poem.
    /// let lines = |text: &str| {
    ///     let lines = text.split('／').map(|line| {
    ///         let start = line.as_ptr() as usize - text.as_ptr() as usize;
    ///         start..start + line.len()
    ///     });
    ///     lines.collect()
    /// };
    /// let indexed = retriever.indexer("my-index").split_with(lines).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn split_with(
        mut self,
        split: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'r,
    ) -> Self {
        self.split_with = Some(Box::new(split));
        self
    }

    /// How many similar tokens are merged into one vector; see [`IndexOptions::pooling`].
    ///
    /// ```no_run
    /// use jacolbert::{PoolFactor, Pooling};
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
    /// let indexed = retriever.indexer("my-index").pooling(pooling).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn pooling(mut self, pooling: Pooling) -> Self {
        self.options.pooling = pooling;
        self
    }

    /// Bits per component of a vector, by default 2. More bits make the index larger and the results a
    /// little better.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let indexed = retriever.indexer("my-index").bits(jacolbert::Bits::Four).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn bits(mut self, bits: Bits) -> Self {
        self.options.build.bits = bits;
        self
    }

    /// All options at once.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let indexed = retriever.indexer("my-index").options(jacolbert::IndexOptions::default()).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn options(mut self, options: IndexOptions) -> Self {
        self.options = options;
        self
    }

    /// Calls `on_progress` with `done: 0` before the first document is encoded, then once per round of
    /// texts that are encoded together, and after every step of the build. When it breaks, the result is
    /// [`Error::Cancelled`] and the folder holds no index; see [`run`](Self::run). By default nothing is
    /// reported.
    ///
    /// A round takes up to 131,072 tokens, some hundred passages of full length. It takes seconds or, with a
    /// large model, minutes.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let indexer = retriever.indexer("my-index").on_progress(|progress| {
    ///     println!("{progress:?}");
    ///     ControlFlow::Continue(())
    /// });
    /// let indexed = indexer.run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(IndexProgress) -> ControlFlow<()> + 'r,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

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
    /// [`split_with`](Self::split_with) that is none; [`Error::Cancelled`], [`Error::Model`], [`Error::Index`]. Then no index is written. A
    /// folder that this call created stays, with nothing in it but `writer.lock`; it can be used again.
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
        check_ids(&documents)?;
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
        let checked = with_checked_ids(documents.into_iter());
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
        let splitter = self.split_with.map_or(Splitter::Rule(splitting), Splitter::Own);
        let stored = splitter.rule().map_or(StoredSplitting::Own, StoredSplitting::Rule);
        let mut settings = Settings::new(encoder, stored, pooling)?;
        let storage = OnDisk::new(&self.folder)?;
        let builder = IndexBuilder::create(storage.path(), encoder.dim(), build)?;
        let mut sink = IndexSink::new(builder);
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

impl fmt::Debug for Indexer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexer")
            .field("folder", &self.folder)
            .field("options", &self.options)
            .field("has_own_splitter", &self.split_with.is_some())
            .finish_non_exhaustive()
    }
}
