//! Shape of a projection, as the `config.json` of sentence-transformers' Dense module gives it.

use std::path::Path;

use super::keys::Keys;
use crate::Error;

const MAX_SIZE: u32 = 1 << 24;

/// A Dense module that is a plain product with a matrix.
pub(crate) struct DenseConfig {
    /// Length of an embedding.
    pub(crate) out_features: usize,
}

impl DenseConfig {
    /// Reads `config.json` in the module's folder `dir`.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let keys = Keys::open(&dir.join("config.json"))?;
        for key in ["bias", "use_residual"] {
            if keys.flag_if_given(key)? == Some(true) {
                return Err(keys.unfit(key, "true", "false"));
            }
        }
        keys.word_if_given("activation_function", "the identity", |word| {
            word.ends_with("Identity").then_some(())
        })?;
        Ok(Self { out_features: keys.count("out_features", MAX_SIZE)? })
    }
}
