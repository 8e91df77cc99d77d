//! Loading a model: from a folder, from the hub, or the one of a collection.

#[cfg(feature = "hub")]
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use jacolbert_model::{ColbertConfig, Encoder, Error as ModelError, LoadOptions};
use jacolbert_tokenizer::Error as TokenizerError;

use crate::Error;
use crate::collection::Collection;
use crate::loader::Loader;
use crate::retriever::Retriever;
use crate::settings::Settings;
use crate::storage::{DiskSnapshot, OnDisk, Sealed};

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
    /// As [`Loader::load`].
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
    /// Loads the checkpoint in the folder `path`.
    ///
    /// ```no_run
    /// let retriever = jacolbert::Retriever::loader().load("assets/mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`]; [`Error::NoModelFolder`] if there is no such folder and `path` could be the name of a model
    /// on the hub.
    pub fn load(self, path: impl AsRef<Path>) -> Result<Retriever, Error> {
        let path = path.as_ref();
        self.load_folder(path).map_err(|error| match error {
            Error::Model(ModelError::NoFolder { .. }) if is_hub_name(path) => {
                Error::NoModelFolder { path: path.into() }
            }
            other => other,
        })
    }

    fn load_folder(self, path: &Path) -> Result<Retriever, Error> {
        let options = LoadOptions {
            config: self.config_of(path)?,
            precision: self.precision.unwrap_or_default(),
            dictionary: self.dictionary,
            other_dictionary: self.other_dictionary.unwrap_or_default(),
            ignorable: self.ignorable.unwrap_or_default(),
        };
        Ok(Retriever::new(Encoder::from_dir(path, &options, &self.device)?))
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
        self.load_folder(&folder)
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
    /// name its model's folder; [`Error::CheckpointGone`] if that folder does not exist,
    /// [`Error::CheckpointIncomplete`] if it lacks files, and [`Error::DictionaryGone`] if the model needs a
    /// dictionary whose folder does not exist. Where the model has moved, load it from its new folder and
    /// call [`Retriever::open`]; the next change of the collection stores that folder.
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
        self.other_dictionary = self.other_dictionary.or(Some(settings.other_dictionary));
        self.ignorable = self.ignorable.or(Some(settings.ignorable));
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
        let loaded = self.load_folder(checkpoint);
        match (loaded, gone) {
            (
                Err(Error::Model(ModelError::Tokenizer(TokenizerError::NeedsDictionary {
                    ..
                }))),
                Some(dictionary),
            ) => Err(Error::DictionaryGone { path: folder.into(), dictionary }),
            (Err(Error::Model(error)), _) if lacks_files(&error, checkpoint) => {
                let checkpoint = checkpoint.into();
                Err(Error::CheckpointIncomplete {
                    path: folder.into(),
                    checkpoint,
                    source: error.into(),
                })
            }
            (loaded, _) => loaded,
        }
    }
}

/// Whether `error` says that files of the folder `checkpoint` are not there.
fn lacks_files(error: &ModelError, checkpoint: &Path) -> bool {
    let is_missing = |path: &Path, source: &std::io::Error| {
        path.starts_with(checkpoint) && source.kind() == std::io::ErrorKind::NotFound
    };
    match error {
        ModelError::NoFolder { .. } | ModelError::Layout { .. } | ModelError::NoMetadata { .. } => {
            true
        }
        ModelError::Tokenizer(TokenizerError::NoTokenizer { .. }) => true,
        ModelError::Io { path, source } => is_missing(path, source),
        ModelError::Tokenizer(TokenizerError::Io { path, source }) => is_missing(path, source),
        _ => false,
    }
}

/// Whether `path` has the form of a name on the hub, `owner/name`.
fn is_hub_name(path: &Path) -> bool {
    let is_plain = |part: &str| {
        part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    let mut parts = path.components();
    let mut next_is_plain = || match parts.next() {
        Some(Component::Normal(part)) => part.to_str().is_some_and(is_plain),
        _ => false,
    };
    next_is_plain() && next_is_plain() && path.components().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_plain_parts_are_a_name_on_the_hub() {
        let check =
            |path: &str, expected| assert_eq!(is_hub_name(Path::new(path)), expected, "{path}");
        check("bclavie/JaColBERT", true);
        check("answerdotai/JaColBERTv2.5", true);
        for path in ["JaColBERT", "/a/b", "./a/b", "../b", "a/b/c", "a/..", "モデル/a", "a b/c", ""]
        {
            check(path, false);
        }
    }
}
