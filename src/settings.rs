//! What a collection remembers of itself.

use std::path::Path;

use jacolbert_core::{PoolFactor, Pooling};
use jacolbert_index::Index;
use jacolbert_model::Encoder;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::Error;

/// Name of the attachment that holds the settings.
pub(crate) const SETTINGS: &str = "settings";

/// Settings of a collection, kept with its index as JSON.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Settings {
    /// Folder of the checkpoint that encoded the passages, if it came from one.
    pub(crate) checkpoint: Option<String>,
    /// Folder of the dictionary that the checkpoint was loaded with, if any.
    pub(crate) dictionary: Option<String>,
    /// Fingerprint of the model; none in a collection from before there were any.
    pub(crate) fingerprint: Option<String>,
    /// Documents that are not deleted.
    pub(crate) num_documents: usize,
    /// How the tokens of its passages were pooled.
    #[serde(default, deserialize_with = "pooling")]
    pub(crate) pooling: Pooling,
}

impl Settings {
    /// Those of a collection of so many documents, encoded and pooled so.
    pub(crate) fn new(
        encoder: &Encoder,
        num_documents: usize,
        pooling: Pooling,
    ) -> Result<Self, Error> {
        Ok(Self {
            checkpoint: encoder.checkpoint().map(absolute),
            dictionary: encoder.dictionary().map(absolute),
            fingerprint: Some(encoder.fingerprint()?.to_string()),
            num_documents,
            pooling,
        })
    }

    /// Fails if another model than `encoder` made the collection in `path`.
    pub(crate) fn check_model(&self, path: &Path, encoder: &Encoder) -> Result<(), Error> {
        check_fingerprint(path, self.fingerprint.as_deref(), encoder)
    }

    pub(crate) fn of_index(folder: &Path, index: &Index) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(folder, what);
        let attached = index
            .attachment(SETTINGS)
            .ok_or_else(|| corrupt("an index of plain embeddings, without documents"))?;
        attached.verify()?;
        serde_json::from_slice(attached.as_ref()).map_err(|_| corrupt("settings"))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::json!({
            "checkpoint": self.checkpoint,
            "dictionary": self.dictionary,
            "fingerprint": self.fingerprint,
            "num_documents": self.num_documents,
            "pooling": {
                "factor": self.pooling.factor.get(),
                "protected_tokens": self.pooling.protected_tokens,
            },
        })
        .to_string()
        .into_bytes()
    }
}

fn pooling<'de, D: Deserializer<'de>>(stored: D) -> Result<Pooling, D::Error> {
    #[derive(Deserialize)]
    struct Stored {
        factor: u64,
        protected_tokens: usize,
    }
    let Stored { factor, protected_tokens } = Stored::deserialize(stored)?;
    let factor = PoolFactor::try_from(factor).map_err(D::Error::custom)?;
    Ok(Pooling { factor, protected_tokens })
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

fn absolute(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    absolute.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
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
            };
            assert_eq!(serde_json::from_slice::<Settings>(&settings.to_bytes())?, settings);
        }
        Ok(())
    }

    #[test]
    fn settings_without_pooling_are_of_a_collection_without() -> Result<(), serde_json::Error> {
        let settings: Settings = serde_json::from_str(r#"{"checkpoint":null,"num_documents":2}"#)?;
        assert_eq!(settings.pooling, Pooling::default());
        Ok(())
    }

    #[test]
    fn factors_that_do_not_exist_are_refused() {
        let stored = r#"{"num_documents":2,"pooling":{"factor":5,"protected_tokens":1}}"#;
        assert!(serde_json::from_str::<Settings>(stored).is_err());
    }
}
