//! What a collection remembers of its words.

use serde::{Deserialize, Serialize};

/// The analyser of a collection's words, by which another program makes the same terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredWords {
    /// Its description, which has the fingerprint of its dictionary.
    pub(crate) analyser: String,
    /// Folder of the tokenizer, if there is a dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokenizer: Option<String>,
    /// Folder of the dictionary, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dictionary: Option<String>,
}

#[cfg(feature = "words")]
mod opening {
    use std::path::Path;

    use jacolbert_documents::{Analyser, WordDictionary};

    use super::StoredWords;
    use crate::Error;

    impl StoredWords {
        /// What a collection remembers of `analyser`.
        ///
        /// # Errors
        /// [`Error::Io`] if the name of a folder is not UTF-8.
        pub(crate) fn of(analyser: &Analyser) -> Result<Self, Error> {
            let folders = analyser.dictionary().and_then(WordDictionary::folders);
            let text = |path: &Path| {
                let not_text = || std::io::Error::other("the path is not UTF-8");
                let text = path.to_str().map(str::to_owned);
                text.ok_or_else(|| Error::io(path, not_text()))
            };
            Ok(Self {
                analyser: analyser.description(),
                tokenizer: folders.map(|(tokenizer, _)| text(tokenizer)).transpose()?,
                dictionary: folders.map(|(_, dictionary)| text(dictionary)).transpose()?,
            })
        }

        /// The analyser, with its dictionary open.
        ///
        /// # Errors
        /// [`Error::WordDictionary`] if the dictionary cannot be opened, is not the one that made the words, or is
        /// not known; `collection` is for messages.
        pub(crate) fn open(&self, collection: &Path) -> Result<Analyser, Error> {
            if let Some(analyser) = Analyser::from_description(&self.analyser) {
                return Ok(analyser);
            }
            let failed = |source| Error::WordDictionary {
                path: collection.into(),
                analyser: self.analyser.clone(),
                source,
            };
            let (Some(tokenizer), Some(dictionary)) = (&self.tokenizer, &self.dictionary) else {
                return Err(failed(None));
            };
            let opened = WordDictionary::open(Path::new(tokenizer), Path::new(dictionary));
            let dictionary = opened.map_err(|source| failed(Some(Box::new(source))))?;
            let candidates =
                [Analyser::Words(dictionary.clone()), Analyser::CharactersAndWords(dictionary)];
            let mut candidates = candidates.into_iter();
            let found = candidates.find(|analyser| analyser.description() == self.analyser);
            found.ok_or_else(|| failed(None))
        }
    }
}
