//! Settings of a model: the shape of its layers and how it reads text.

mod bert_config;
mod colbert_config;
mod dense_config;
pub(crate) mod file_names;
mod limits;
mod modules;
mod punctuation;
mod pylate_config;
mod pylate_modules;
mod query_length;
#[cfg(feature = "burn")]
mod saving;
mod sentence_modules;
mod sentence_settings;
mod sentence_shape;
mod settings_source;

pub use bert_config::{Activation, BertConfig};
pub use colbert_config::ColbertConfig;
pub(crate) use dense_config::DenseConfig;
pub(crate) use punctuation::PUNCTUATION;
pub(crate) use pylate_modules::PylateModules;
pub use query_length::QueryLength;
pub(crate) use sentence_modules::SentenceModules;
pub use sentence_settings::{SentenceConfig, SentencePooling, SentenceSettings};
pub(crate) use sentence_shape::SentenceShape;
pub(crate) use settings_source::SettingsSource;
