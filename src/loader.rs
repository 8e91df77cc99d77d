//! Settings for loading a model.

use std::fmt;
#[cfg(feature = "hub")]
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jacolbert_model::{ColbertConfig, Device, LoadOptions, Precision, QueryLength};
use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary};

/// Settings for loading a model. Create them with [`Retriever::loader`](crate::Retriever::loader) and load with
/// [`load`](Self::load), [`open_collection`](Self::open_collection) or, with the feature `hub`, `load_from_hub`.
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
    pub(crate) device: Device,
    /// Where one of these is not given, a model has the default, or what its collection remembers.
    pub(crate) precision: Option<Precision>,
    pub(crate) dictionary: Option<PathBuf>,
    pub(crate) config: Option<ColbertConfig>,
    pub(crate) query_length: Option<QueryLength>,
    pub(crate) other_dictionary: Option<OtherDictionary>,
    pub(crate) ignorable: Option<IgnorableCharacters>,
    #[cfg(feature = "hub")]
    pub(crate) on_download: Option<OnDownload>,
}

/// Gets the progress of a download.
#[cfg(feature = "hub")]
pub(crate) type OnDownload =
    Box<dyn FnMut(jacolbert_hub::HubProgress<'_>) -> ControlFlow<()> + Send>;

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

    /// What to do with another dictionary than the settings of the model name. By default it is refused, because
    /// most texts would get other tokens than in training, or as a collection remembers.
    ///
    /// ```no_run
    /// use jacolbert::{OtherDictionary, Retriever};
    ///
    /// let loader = Retriever::loader().dictionary("unidic_lite/dicdir");
    /// let retriever = loader.other_dictionary(OtherDictionary::Accept).load("JaColBERT")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn other_dictionary(mut self, other_dictionary: OtherDictionary) -> Self {
        self.other_dictionary = Some(other_dictionary);
        self
    }

    /// What to do with characters that have no shape, such as zero-width spaces. By default they are dropped if the
    /// settings of the model's tokenizer say so, as those of the demonstration model do, else kept as Python keeps
    /// them, or as a collection remembers.
    ///
    /// ```no_run
    /// use jacolbert::{IgnorableCharacters, Retriever};
    ///
    /// let loader = Retriever::loader().ignorable_characters(IgnorableCharacters::Drop);
    /// let retriever = loader.load("my-model")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn ignorable_characters(mut self, ignorable: IgnorableCharacters) -> Self {
        self.ignorable = Some(ignorable);
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
        let LoadOptions { precision, dictionary, config, other_dictionary, ignorable } = options;
        Self {
            precision: Some(precision),
            dictionary,
            config,
            other_dictionary: Some(other_dictionary),
            ignorable: Some(ignorable),
            ..self
        }
    }

    /// Calls `on_download` while [`load_from_hub`](Self::load_from_hub) downloads. When it breaks, the
    /// result is [`Error::Cancelled`](crate::Error::Cancelled), and the next call resumes. By default nothing is reported.
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
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("device", &self.device)
            .field("precision", &self.precision)
            .field("dictionary", &self.dictionary)
            .field("config", &self.config)
            .field("query_length", &self.query_length)
            .field("other_dictionary", &self.other_dictionary)
            .field("ignorable", &self.ignorable)
            .finish_non_exhaustive()
    }
}
