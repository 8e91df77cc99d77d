//! Indexing documents into a new folder.

mod indexed;
mod run;

use std::borrow::Borrow;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use jacolbert_core::Pooling;
#[cfg(feature = "words")]
use jacolbert_documents::Analyser;
use jacolbert_documents::{Document, Splitting};
use jacolbert_index::Bits;

use crate::Error;
use crate::index_options::{IndexOptions, IndexProgress};
use crate::ingest::OwnSplitter;
use crate::progress::OnProgress;
use crate::retriever::Retriever;

pub use indexed::Indexed;

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
    splitter: Option<OwnSplitter<'r>>,
    #[cfg(feature = "words")]
    words: Option<Analyser>,
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
            splitter: None,
            #[cfg(feature = "words")]
            words: None,
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
        self.splitter = None;
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
    /// are added later without [`Updater::splitter`](crate::Updater::splitter) or
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
    /// let indexed = retriever.indexer("my-index").splitter(lines).run(&documents)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitter(
        mut self,
        split: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'r,
    ) -> Self {
        self.splitter = Some(Box::new(split));
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

    /// Makes the words of all passages, which [hybrid searches](crate::SearchBuilder::hybrid) read; by default there are
    /// none. They take about as many bytes as the texts.
    ///
    /// ```no_run
    /// use jacolbert::Analyser;
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// let collection = retriever.indexer("my-index").words(Analyser::default()).run(&documents)?.collection;
    /// let hits = collection.query("山").words_only().search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "words")]
    pub fn words(mut self, analyser: Analyser) -> Self {
        self.words = Some(analyser);
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
}

impl fmt::Debug for Indexer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexer")
            .field("folder", &self.folder)
            .field("options", &self.options)
            .field("has_own_splitter", &self.splitter.is_some())
            .finish_non_exhaustive()
    }
}
