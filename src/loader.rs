//! Loading a model: from a folder, from the hub, or the one of a collection.

use std::fmt;
#[cfg(feature = "hub")]
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jacolbert_model::{
    ColbertConfig, Device, Encoder, Error as ModelError, LoadOptions, Precision, QueryLength,
};
use jacolbert_tokenizer::Error::NeedsDictionary;

use crate::Error;
use crate::collection::Collection;
use crate::retriever::Retriever;
use crate::settings::Settings;
use crate::storage::{DiskSnapshot, OnDisk, Sealed};

/// Settings for loading a model. Create them with [`Retriever::loader`] and load with [`load`](Self::load),
/// [`open_collection`](Self::open_collection) or, with the feature `hub`, `load_from_hub`.
///
/// ```no_run
/// use jacolbert::{Precision, Retriever};
///
/// let retriever = Retriever::loader()
///     .precision(Precision::Bf16)
///     .dictionary("site-packages/unidic_lite/dicdir")
///     .load("JaColBERT")?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Default)]
#[must_use = "nothing is loaded before `load`"]
pub struct Loader {
    device: Device,
    /// Where it is not given, a model has the default, or what its collection remembers.
    precision: Option<Precision>,
    dictionary: Option<PathBuf>,
    config: Option<ColbertConfig>,
    query_length: Option<QueryLength>,
    #[cfg(feature = "hub")]
    on_download: Option<OnDownload>,
}

/// Gets the progress of a download.
#[cfg(feature = "hub")]
type OnDownload = Box<dyn FnMut(jacolbert_hub::HubProgress<'_>) -> ControlFlow<()> + Send>;

impl Retriever {
    /// Loads the checkpoint in the folder `path`, to compute on the CPU. The short form of
    /// [`loader`](Self::loader).
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::loader().load(path)
    }

    /// Loads the checkpoint `name` of the Hugging Face hub, to compute on the CPU, through the cache
    /// that is shared with the hub's clients in Python. The short form of [`loader`](Self::loader).
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_hub("ORGANISATION/MODEL")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Hub`], [`Error::Model`].
    #[cfg(feature = "hub")]
    pub fn from_hub(name: impl AsRef<str>) -> Result<Self, Error> {
        Self::loader().load_from_hub(name, &jacolbert_hub::HubOptions::default())
    }

    /// Settings for loading a model; [`Loader::load`] loads it.
    ///
    /// ```no_run
    /// use jacolbert::{Device, Retriever};
    ///
    /// let device: Device = "cpu".parse()?;
    /// let retriever = Retriever::loader().device(device).load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn loader() -> Loader {
        Loader::default()
    }
}

impl Collection<OnDisk> {
    /// Opens the collection in `folder` with the model that encoded it, which is loaded from the folder
    /// and with the dictionary, precision and config that the collection remembers. It computes on the CPU.
    ///
    /// [`Retriever::open`] shares a model that is already loaded; [`Loader::open_collection`] takes
    /// settings.
    ///
    /// While a collection is open, nobody may shorten or overwrite the files in its folder: they are mapped
    /// into memory, and the system ends a process that reads behind the end of such a file (SIGBUS). Changes
    /// by this crate are safe, they only write new files. Opening checks sizes, not contents. Call
    /// [`index().verify()`](Collection::index) after the folder was copied or restored, or if the disk is in
    /// doubt; it reads all files of the index.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// println!("{} documents", collection.num_documents());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Loader::open_collection`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Retriever::loader().open_collection(folder)
    }
}

impl Loader {
    /// Where the model computes, by default [`Device::cpu`].
    ///
    /// ```no_run
    /// use jacolbert::{Device, Retriever};
    ///
    /// let retriever = Retriever::loader().device(Device::cpu()).load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// The number format of the matrix products; by default `F32`, or the one that a collection remembers.
    /// Shorter formats take less memory and,
    /// with the right instructions, less time; they round more.
    ///
    /// ```no_run
    /// use jacolbert::{Precision, Retriever};
    ///
    /// let retriever = Retriever::loader().precision(Precision::Bf16).load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = Some(precision);
        self
    }

    /// The folder of the MeCab dictionary, which the published JaColBERT models need; by default none,
    /// or the one that a collection remembers. The folder must exist even if the model does not need it.
    ///
    /// ```no_run
    /// let retriever = jacolbert::Retriever::loader().dictionary("unidic_lite/dicdir").load("JaColBERT")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn dictionary(mut self, dictionary: impl AsRef<Path>) -> Self {
        self.dictionary = Some(dictionary.as_ref().into());
        self
    }

    /// Settings of the model in place of those in its folder, such as the maximum lengths; by default
    /// those in its folder, or the ones that a collection remembers.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::Retriever;
    /// use jacolbert::model::ColbertConfig;
    ///
    /// let mut config = ColbertConfig::from_dir(Path::new("assets/mini"))?;
    /// config.doc_maxlen = 128;
    /// let retriever = Retriever::loader().config(config).load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn config(mut self, config: ColbertConfig) -> Self {
        self.config = Some(config);
        self
    }

    /// The number of tokens of a query; by default that of the model or, for a collection, the remembered one.
    ///
    /// Many models read 32 tokens and cut longer questions, which [`Hits::is_truncated`](crate::Hits::is_truncated)
    /// tells. [`QueryLength::Dynamic`] reads questions to their end. Encoding and search time grow with the
    /// length. A collection may be opened with any length, since its passages do not depend on it. Scores of
    /// different lengths compare only [normalised](crate::Hit::normalised_score).
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    /// use jacolbert::model::QueryLength;
    ///
    /// let loader = Retriever::loader().query_length(QueryLength::Dynamic);
    /// let collection = loader.open_collection("my-index")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn query_length(mut self, query_length: QueryLength) -> Self {
        self.query_length = Some(query_length);
        self
    }

    /// All load options at once, the [`precision`](Self::precision) included.
    ///
    /// ```no_run
    /// use jacolbert::{LoadOptions, Retriever};
    ///
    /// let dictionary = Some("unidic_lite/dicdir".into());
    /// let options = LoadOptions { dictionary, ..Default::default() };
    /// let retriever = Retriever::loader().options(options).load("JaColBERT")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn options(self, options: LoadOptions) -> Self {
        let LoadOptions { precision, dictionary, config } = options;
        Self { precision: Some(precision), dictionary, config, ..self }
    }

    /// Calls `on_download` while [`load_from_hub`](Self::load_from_hub) downloads. When it breaks, the
    /// result is [`Error::Cancelled`], and the next call resumes. By default nothing is reported.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// use jacolbert::{HubOptions, Retriever};
    ///
    /// let loader = Retriever::loader().on_download(|progress| {
    ///     eprint!("\r{} {}/{}", progress.file, progress.done, progress.of);
    ///     ControlFlow::Continue(())
    /// });
    /// let retriever = loader.load_from_hub("ORGANISATION/MODEL", &HubOptions::default())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "hub")]
    pub fn on_download(
        mut self,
        on_download: impl FnMut(jacolbert_hub::HubProgress<'_>) -> ControlFlow<()> + Send + 'static,
    ) -> Self {
        self.on_download = Some(Box::new(on_download));
        self
    }

    /// Loads the checkpoint in the folder `path`.
    ///
    /// ```no_run
    /// let retriever = jacolbert::Retriever::loader().load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn load(self, path: impl AsRef<Path>) -> Result<Retriever, Error> {
        let path = path.as_ref();
        let config = self.config_of(path)?;
        let Self { device, precision, dictionary, .. } = self;
        let precision = precision.unwrap_or_default();
        let options = LoadOptions { precision, dictionary, config };
        Ok(Retriever::new(Encoder::from_dir(path, &options, &device)?))
    }

    /// Loads the checkpoint `name` of the Hugging Face hub, through the cache that is shared with the
    /// hub's clients in Python. [`fetch_checkpoint`](crate::fetch_checkpoint) only downloads.
    ///
    /// ```no_run
    /// use jacolbert::{HubOptions, Retriever};
    ///
    /// let retriever = Retriever::loader()
    ///     .dictionary("site-packages/unidic_lite/dicdir")
    ///     .load_from_hub("bclavie/JaColBERT", &HubOptions::default())?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Hub`], [`Error::Model`].
    #[cfg(feature = "hub")]
    pub fn load_from_hub(
        mut self,
        name: impl AsRef<str>,
        options: &jacolbert_hub::HubOptions,
    ) -> Result<Retriever, Error> {
        let mut on_download = self.on_download.take();
        let folder = jacolbert_hub::fetch_checkpoint(name.as_ref(), options, &mut |progress| {
            on_download.as_mut().map_or(ControlFlow::Continue(()), |report| report(progress))
        })?;
        self.load(folder)
    }

    /// Opens the collection in `folder` with the model that encoded it, which is loaded from the folder
    /// that the collection remembers. Without a [`dictionary`](Self::dictionary), a
    /// [`precision`](Self::precision) or a [`config`](Self::config) it takes those with which the collection
    /// was indexed.
    ///
    /// ```no_run
    /// use jacolbert::{Precision, Retriever};
    ///
    /// let collection = Retriever::loader().precision(Precision::Bf16).open_collection("my-index")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load) and [`Retriever::open`]; [`Error::NoCheckpoint`] if the collection does not
    /// name its model's folder; [`Error::CheckpointGone`] if that folder does not exist, and
    /// [`Error::DictionaryGone`] if the dictionary does not and the model needs it. A model that has moved opens
    /// the collection with [`Retriever::open`], and the next change stores its new folder.
    pub fn open_collection(mut self, folder: impl AsRef<Path>) -> Result<Collection, Error> {
        let storage = OnDisk::new(folder.as_ref())?;
        let folder = storage.path();
        let index = jacolbert_index::Index::open(folder)?;
        let settings = Settings::from_index(folder, &index)?;
        let no_checkpoint = || Error::NoCheckpoint { path: folder.into() };
        let checkpoint = PathBuf::from(settings.checkpoint.ok_or_else(no_checkpoint)?);
        if !checkpoint.is_dir() {
            return Err(Error::CheckpointGone { path: folder.into(), checkpoint });
        }
        self.precision = self.precision.or(Some(settings.precision));
        self.config = self.config.or(settings.config);
        let remembered = settings.dictionary.map(PathBuf::from);
        let retriever = self.load_with(&checkpoint, folder, remembered)?;
        let snapshot = DiskSnapshot::from_index(retriever.encoder(), folder, index)?;
        Ok(Collection::from_snapshot(retriever.shared_encoder(), storage, snapshot))
    }

    /// The settings for the checkpoint in the folder `path`; none where its own hold.
    fn config_of(&self, path: &Path) -> Result<Option<ColbertConfig>, Error> {
        let config = self.config.clone();
        // Loading says what is wrong with a folder that is not there.
        let Some(query_length) = self.query_length.filter(|_| path.is_dir()) else {
            return Ok(config);
        };
        let base = config.map_or_else(|| ColbertConfig::from_dir(path), Ok)?;
        Ok(Some(ColbertConfig { query_length, ..base }))
    }

    /// Loads the checkpoint of the collection in `folder` with the dictionary that it remembers, unless this
    /// loader has one. A remembered dictionary may be gone if the model does not need it.
    fn load_with(
        mut self,
        checkpoint: &Path,
        folder: &Path,
        remembered: Option<PathBuf>,
    ) -> Result<Retriever, Error> {
        let given = self.dictionary.take();
        let gone = remembered.as_ref().filter(|dictionary| given.is_none() && !dictionary.is_dir());
        let gone = gone.cloned();
        self.dictionary = given.or(remembered.filter(|dictionary| dictionary.is_dir()));
        let loaded = self.load(checkpoint);
        match (loaded, gone) {
            (
                Err(Error::Model(ModelError::Tokenizer(NeedsDictionary { .. }))),
                Some(dictionary),
            ) => Err(Error::DictionaryGone { path: folder.into(), dictionary }),
            (loaded, _) => loaded,
        }
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("device", &self.device)
            .field("precision", &self.precision)
            .field("dictionary", &self.dictionary)
            .field("config", &self.config)
            .field("query_length", &self.query_length)
            .finish_non_exhaustive()
    }
}
