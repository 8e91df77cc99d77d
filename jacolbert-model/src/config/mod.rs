//! Settings of a model: what its folder says about its shape and about how it reads text.

mod bert_config;
mod colbert_config;
mod dense_config;
mod keys;
mod pylate_config;
pub(crate) mod pylate_modules;
mod query_length;
mod sentence_modules;
mod sentence_settings;
mod sentence_shape;

pub use bert_config::{Activation, BertConfig};
pub use colbert_config::ColbertConfig;
pub(crate) use dense_config::DenseConfig;
pub(crate) use keys::Keys;
pub(crate) use pylate_modules::PylateModules;
pub use query_length::QueryLength;
pub(crate) use sentence_modules::SentenceModules;
pub use sentence_settings::{SentenceConfig, SentencePooling, SentenceSettings};
pub(crate) use sentence_shape::SentenceShape;

/// The marks whose tokens are dropped from passages, Python's `string.punctuation`.
pub(crate) const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
