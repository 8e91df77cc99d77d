//! The settings that a collection stores with its index.

use std::io;
use std::path::Path;

use jacolbert_core::Pooling;
use jacolbert_documents::Splitting;
use jacolbert_index::Index;
use jacolbert_model::{ColbertConfig, Encoder, Precision};
use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::stored_words::StoredWords;

/// Name of the attachment that holds the settings.
pub(crate) const SETTINGS: &str = "settings";

/// Settings of a collection, kept with its index as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Folder of the checkpoint that encoded the passages, if it came from one.
    pub(crate) checkpoint: Option<String>,
    /// Folder of the dictionary that the checkpoint was loaded with, if any.
    pub(crate) dictionary: Option<String>,
    /// Fingerprint of the model; none in collections of the first versions.
    pub(crate) fingerprint: Option<String>,
    /// Number of documents that are not deleted.
    pub(crate) num_documents: usize,
    /// How the tokens of its passages were pooled.
    #[serde(default)]
    pub(crate) pooling: Pooling,
    /// How its documents were split.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) splitting: StoredSplitting,
    /// The number format in which the model multiplied.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) precision: Precision,
    /// The settings that the model was loaded with, if not those of its folder.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) config: Option<ColbertConfig>,
    /// What was done with another dictionary than the model's settings name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) other_dictionary: OtherDictionary,
    /// What the tokenizer does with characters that have no shape.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) ignorable: IgnorableCharacters,
    /// The analyser of its words, if it has any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) words: Option<StoredWords>,
}

/// How the documents of a collection were split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredSplitting {
    /// By a function of the program, which cannot be stored.
    Own,
    /// By a rule.
    #[serde(untagged)]
    Rule(Splitting),
}

impl Default for StoredSplitting {
    fn default() -> Self {
        Self::Rule(Splitting::default())
    }
}

/// Whether a setting is left out of the JSON.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Settings {
    /// Settings of a collection without documents, encoded by `encoder`.
    pub(crate) fn new(
        encoder: &Encoder,
        splitting: StoredSplitting,
        pooling: Pooling,
    ) -> Result<Self, Error> {
        let options = encoder.load_options().cloned().unwrap_or_default();
        Ok(Self {
            checkpoint: encoder.checkpoint().map(absolute).transpose()?,
            dictionary: encoder.dictionary().map(absolute).transpose()?,
            fingerprint: Some(encoder.fingerprint()?.to_string()),
            num_documents: 0,
            pooling,
            splitting,
            precision: encoder.precision(),
            config: options.config,
            other_dictionary: options.other_dictionary,
            ignorable: options.ignorable,
            words: None,
        })
    }

    /// These settings with the folders of `encoder`, which encoded the collection, in place of folders that are
    /// gone or were never named.
    pub(crate) fn healed(self, encoder: &Encoder) -> Result<Self, Error> {
        let is_there = |folder: &Option<String>| {
            folder.as_ref().is_some_and(|folder| Path::new(folder).is_dir())
        };
        let Some(folder) = encoder.checkpoint() else { return Ok(self) };
        let checkpoint =
            if is_there(&self.checkpoint) { self.checkpoint } else { Some(absolute(folder)?) };
        let dictionary = if self.dictionary.is_none() || is_there(&self.dictionary) {
            self.dictionary
        } else {
            encoder.dictionary().map(absolute).transpose()?
        };
        Ok(Self { checkpoint, dictionary, ..self })
    }

    /// Fails if another model than `encoder` made the collection in `path`.
    pub(crate) fn check_model(&self, path: &Path, encoder: &Encoder) -> Result<(), Error> {
        check_fingerprint(path, self.fingerprint.as_deref(), encoder)
    }

    pub(crate) fn from_index(folder: &Path, index: &Index) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(folder, what);
        let attached = index
            .attachment(SETTINGS)
            .ok_or_else(|| corrupt("an index of plain embeddings, without documents"))?;
        attached.verify()?;
        serde_json::from_slice(attached.as_ref()).map_err(|_| corrupt("settings"))
    }

    /// The settings as JSON, with the keys in the order of the fields.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and numbers are JSON")
    }
}

/// Fails if `remembered` is the fingerprint of another model than `encoder`.
pub(crate) fn check_fingerprint(
    path: &Path,
    remembered: Option<&str>,
    encoder: &Encoder,
) -> Result<(), Error> {
    let Some(expected) = remembered else { return Ok(()) };
    let found = encoder.fingerprint()?.to_string();
    if found == expected {
        return Ok(());
    }
    Err(Error::OtherModel { path: path.into(), expected: expected.into(), found })
}

/// The whole path as text, so that another process finds it from another folder.
fn absolute(path: &Path) -> Result<String, Error> {
    let absolute = std::path::absolute(path).map_err(|source| Error::io(path, source))?;
    let not_text = || Error::io(path, io::Error::other("the path is not UTF-8"));
    absolute.into_os_string().into_string().map_err(|_| not_text())
}

#[cfg(test)]
mod tests {
    use jacolbert_core::PoolFactor;

    use super::*;

    #[test]
    fn settings_are_read_as_written() -> Result<(), serde_json::Error> {
        for factor in PoolFactor::ALL {
            let pooling = Pooling { factor, protected_tokens: 3 };
            let settings = Settings {
                checkpoint: None,
                dictionary: None,
                fingerprint: Some("f".into()),
                num_documents: 2,
                pooling,
                splitting: StoredSplitting::Rule(Splitting::Whole),
                precision: Precision::Bf16,
                config: Some(ColbertConfig::default()),
                other_dictionary: OtherDictionary::Accept,
                ignorable: IgnorableCharacters::Drop,
                words: Some(StoredWords {
                    analyser: "words 00c0ffee".into(),
                    tokenizer: Some("/models/a".into()),
                    dictionary: Some("/dicdir".into()),
                }),
            };
            assert_eq!(serde_json::from_slice::<Settings>(&settings.to_bytes())?, settings);
        }
        Ok(())
    }

    #[test]
    fn default_settings_have_the_bytes_of_earlier_versions() {
        let settings = Settings {
            checkpoint: Some("/models/a".into()),
            dictionary: None,
            fingerprint: Some("f".into()),
            num_documents: 2,
            pooling: Pooling::default(),
            splitting: StoredSplitting::default(),
            precision: Precision::default(),
            config: None,
            other_dictionary: OtherDictionary::default(),
            ignorable: IgnorableCharacters::default(),
            words: None,
        };
        let expected = r#"{"checkpoint":"/models/a","dictionary":null,"fingerprint":"f","num_documents":2,"pooling":{"factor":1,"protected_tokens":1}}"#;
        assert_eq!(settings.to_bytes(), expected.as_bytes());
    }

    #[test]
    fn settings_that_are_not_stored_are_the_defaults() -> Result<(), serde_json::Error> {
        let settings: Settings = serde_json::from_str(r#"{"checkpoint":null,"num_documents":2}"#)?;
        assert_eq!(settings.pooling, Pooling::default());
        assert_eq!((settings.splitting, settings.config), (StoredSplitting::default(), None));
        assert_eq!(settings.precision, Precision::default());
        Ok(())
    }

    #[test]
    fn every_way_of_splitting_is_read_as_written() -> Result<(), serde_json::Error> {
        let sentences = Splitting::Sentences { max_tokens: 9, overlap: 2 };
        for (splitting, stored) in [
            (StoredSplitting::Own, r#""Own""#),
            (StoredSplitting::Rule(Splitting::Whole), r#""Whole""#),
            (StoredSplitting::Rule(sentences), r#"{"Sentences":{"max_tokens":9,"overlap":2}}"#),
        ] {
            assert_eq!(serde_json::to_string(&splitting)?, stored);
            assert_eq!(serde_json::from_str::<StoredSplitting>(stored)?, splitting);
        }
        assert!(serde_json::from_str::<StoredSplitting>(r#""Another""#).is_err());
        Ok(())
    }

    #[test]
    fn factors_that_do_not_exist_are_refused() {
        let stored = r#"{"num_documents":2,"pooling":{"factor":5,"protected_tokens":1}}"#;
        assert!(serde_json::from_str::<Settings>(stored).is_err());
    }
}
