//! The names of a tokenizer's files in a checkpoint's folder.

/// The whole tokenizer, as the crate `tokenizers` writes it.
pub(crate) const JSON: &str = "tokenizer.json";
/// The tokens of a WordPiece vocabulary, one on a line.
pub(crate) const VOCABULARY: &str = "vocab.txt";
/// The class of the tokenizer and its options.
pub(crate) const SETTINGS: &str = "tokenizer_config.json";
