//! Settings of a model: what its folder says about its shape and about how it reads text.

mod bert_config;
mod colbert_config;
mod dense_config;
mod keys;
mod pylate_config;
pub(crate) mod pylate_modules;
mod query_length;

pub use bert_config::{Activation, BertConfig};
pub use colbert_config::ColbertConfig;
pub(crate) use dense_config::DenseConfig;
pub(crate) use keys::Keys;
pub(crate) use pylate_modules::PylateModules;
pub use query_length::QueryLength;

/// The marks whose tokens are dropped from passages, Python's `string.punctuation`.
pub(crate) const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
