//! One vector a text: the models beside which late interaction is measured.

mod encoder;
mod engine;
mod options;
mod vector;

pub use encoder::{EncodedSentences, SentenceEncoder};
pub use options::SentenceOptions;
