//! The words of one state of a collection, in a program without the feature `words`: they stay as they are.

use std::marker::PhantomData;
use std::path::Path;

use jacolbert_documents::{Companions, Documents};

use crate::Error;
use crate::stored_words::StoredWords;

/// Whether one state of a collection has words.
#[derive(Debug, Clone)]
pub(crate) struct CollectionWords<B> {
    has_words: bool,
    of: PhantomData<B>,
}

impl<B> Default for CollectionWords<B> {
    fn default() -> Self {
        Self { has_words: false, of: PhantomData }
    }
}

impl<B> CollectionWords<B> {
    /// The words of documents, which are not looked at.
    pub(crate) fn open(
        _path: &Path,
        stored: Option<&StoredWords>,
        _documents: &Documents<B>,
    ) -> Result<Self, Error> {
        Ok(Self { has_words: stored.is_some(), of: PhantomData })
    }

    /// The same words.
    pub(crate) fn sharing(self, _documents: &Documents<B>) -> Self {
        self
    }

    /// The files that a commit writes beside blocks of documents.
    ///
    /// # Errors
    /// [`MissingFeature`](jacolbert_documents::Error::MissingFeature) if there are words.
    pub(crate) fn companions(&self, path: &Path) -> Result<Companions, Error> {
        if self.has_words {
            let feature = "words".into();
            return Err(
                jacolbert_documents::Error::MissingFeature { path: path.into(), feature }.into()
            );
        }
        Ok(Companions::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_the_feature_does_not_change_a_collection_with_words() {
        let path = Path::new("collection");
        let documents = Documents::<Vec<u8>>::new();
        let stored =
            StoredWords { analyser: "characters".into(), tokenizer: None, dictionary: None };
        let companions = |stored: Option<&StoredWords>| {
            CollectionWords::open(path, stored, &documents)?.companions(path)
        };
        assert!(companions(None).is_ok());
        let refused = companions(Some(&stored));
        let Err(Error::Documents(jacolbert_documents::Error::MissingFeature { feature, .. })) =
            refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(feature, "words");
    }
}
