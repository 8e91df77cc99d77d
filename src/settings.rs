//! What a collection remembers of itself.

use std::path::Path;

use jacolbert_index::Index;
use jacolbert_model::Encoder;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Name of the attachment that holds the settings.
pub(crate) const SETTINGS: &str = "settings";

/// Settings of a collection, kept with its index as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Folder of the checkpoint that encoded the passages, if it came from one.
    pub(crate) checkpoint: Option<String>,
    /// Folder of the dictionary that the checkpoint was loaded with, if any.
    pub(crate) dictionary: Option<String>,
    /// Fingerprint of the model; none in a collection from before there were any.
    pub(crate) fingerprint: Option<String>,
    /// Documents that are not deleted.
    pub(crate) num_documents: usize,
}

impl Settings {
    /// Those of a collection of so many documents, encoded by `encoder`.
    pub(crate) fn new(encoder: &Encoder, num_documents: usize) -> Result<Self, Error> {
        Ok(Self {
            checkpoint: encoder.checkpoint().map(absolute),
            dictionary: encoder.dictionary().map(absolute),
            fingerprint: Some(encoder.fingerprint()?.to_string()),
            num_documents,
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
        })
        .to_string()
        .into_bytes()
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

fn absolute(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    absolute.to_string_lossy().into_owned()
}
