//! Settings of a model: what its folder says about its shape and about how it reads text.

mod bert_config;
mod colbert_config;
mod keys;

pub use bert_config::{Activation, BertConfig};
pub use colbert_config::ColbertConfig;
pub(crate) use keys::Keys;
