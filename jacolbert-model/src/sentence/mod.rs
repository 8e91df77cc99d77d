//! Models with one vector per text, the baselines for late interaction.

mod encoder;
mod engine;
mod options;
mod vector;

pub use encoder::{EncodedSentences, SentenceEncoder};
pub use options::SentenceOptions;
