//! The names of a tokenizer's files in a checkpoint's folder.

/// The whole tokenizer, as the crate `tokenizers` writes it.
pub(crate) const JSON: &str = "tokenizer.json";
/// The tokens of a WordPiece vocabulary, one on a line.
pub(crate) const VOCABULARY: &str = "vocab.txt";
/// Files of tokenizers that the crate `tokenizers` can convert and this crate cannot read.
pub(crate) const CONVERTIBLE: [&str; 5] =
    [VOCABULARY, "sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json"];
/// The class of the tokenizer and its options.
pub(crate) const SETTINGS: &str = "tokenizer_config.json";
