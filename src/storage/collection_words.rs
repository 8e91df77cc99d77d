//! The words of one state of a collection.

use std::path::Path;
use std::sync::Arc;

use jacolbert_documents::{Companions, Documents, WordIndex};

use crate::Error;
use crate::stored_words::StoredWords;

/// The words of one state of a collection, if it has any.
#[derive(Debug, Default)]
pub(crate) enum CollectionWords<B> {
    /// It has none.
    #[default]
    None,
    /// They can be searched.
    Open(Arc<WordIndex<B>>),
    /// Their dictionary cannot be opened.
    NoDictionary(StoredWords),
}

/// Clones share the words.
impl<B> Clone for CollectionWords<B> {
    fn clone(&self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Open(index) => Self::Open(index.clone()),
            Self::NoDictionary(stored) => Self::NoDictionary(stored.clone()),
        }
    }
}

impl<B: AsRef<[u8]> + Clone + Send + Sync + 'static> CollectionWords<B> {
    /// The words of `documents`, for which `path` has the settings `stored`.
    ///
    /// A dictionary that is missing is no error before it is needed.
    pub(crate) fn open(
        path: &Path,
        stored: Option<&StoredWords>,
        documents: &Documents<B>,
    ) -> Result<Self, Error> {
        let Some(stored) = stored else { return Ok(Self::None) };
        let Ok(analyser) = stored.open(path) else {
            return Ok(Self::NoDictionary(stored.clone()));
        };
        let words = documents.words(&analyser)?;
        let words = words.ok_or_else(|| Error::corrupt(path, "words are missing"))?;
        Ok(Self::Open(Arc::new(words)))
    }

    /// The same words, which are those of `documents`, with what is open there.
    pub(crate) fn sharing(self, documents: &Documents<B>) -> Self {
        match &self {
            Self::Open(index) => match documents.words(index.analyser()) {
                Ok(Some(same)) => Self::Open(Arc::new(same)),
                // They were read from the same files before.
                Ok(None) | Err(_) => self,
            },
            Self::None | Self::NoDictionary(_) => self,
        }
    }

    /// The words, open.
    ///
    /// # Errors
    /// [`Error::NoWords`], [`Error::WordDictionary`].
    pub(crate) fn index(&self, path: &Path) -> Result<&WordIndex<B>, Error> {
        match self {
            Self::None => Err(Error::NoWords { path: path.into() }),
            Self::Open(index) => Ok(index),
            Self::NoDictionary(stored) => Err(no_dictionary(stored, path)),
        }
    }

    /// The files that a commit writes beside blocks of documents.
    ///
    /// # Errors
    /// [`Error::WordDictionary`].
    pub(crate) fn companions(&self, path: &Path) -> Result<Companions, Error> {
        let companions = Companions::default();
        match self {
            Self::None => Ok(companions),
            Self::Open(index) => Ok(companions.words(index.analyser().clone())),
            Self::NoDictionary(stored) => Err(no_dictionary(stored, path)),
        }
    }
}

/// Why the dictionary could not be opened.
fn no_dictionary(stored: &StoredWords, path: &Path) -> Error {
    let unknown = || Error::WordDictionary {
        path: path.into(),
        analyser: stored.analyser.clone(),
        source: None,
    };
    stored.open(path).err().unwrap_or_else(unknown)
}
