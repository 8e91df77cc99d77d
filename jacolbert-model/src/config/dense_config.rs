//! Shape of a projection, as the `config.json` of sentence-transformers' Dense module gives it.

use std::path::Path;

use jacolbert_core::SettingsFile;

use super::limits::MAX_SIZE;
use crate::Error;

/// A Dense module that multiplies with a matrix and does nothing else.
pub(crate) struct DenseConfig {
    /// Length of an embedding.
    pub(crate) out_features: usize,
}

impl DenseConfig {
    /// Reads `config.json` in the module's folder `dir`.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let keys = SettingsFile::open(&dir.join("config.json"))?;
        for key in ["bias", "use_residual"] {
            if keys.flag_if_given(key)? == Some(true) {
                return Err(keys.unsupported(key, "true", "false").into());
            }
        }
        keys.word_if_given("activation_function", "the identity", |word| {
            word.ends_with("Identity").then_some(())
        })?;
        Ok(Self { out_features: keys.count("out_features", MAX_SIZE)? })
    }
}
