//! What a collection remembers of itself.

use std::path::Path;

use jacolbert_index::Index;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Name of the attachment that holds the settings.
pub(crate) const SETTINGS: &str = "settings";

/// Settings of a collection, kept with its index as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Folder of the checkpoint that encoded the passages, if it came from one.
    pub(crate) checkpoint: Option<String>,
    /// Documents that are not deleted.
    pub(crate) num_documents: usize,
}

impl Settings {
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
            "num_documents": self.num_documents,
        })
        .to_string()
        .into_bytes()
    }
}
