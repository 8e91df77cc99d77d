//! The names of a tokenizer's files in a checkpoint's folder.

/// The whole tokenizer, as the crate `tokenizers` writes it.
pub(crate) const JSON: &str = "tokenizer.json";
/// The tokens of a WordPiece vocabulary, one on a line.
pub(crate) const VOCABULARY: &str = "vocab.txt";
/// Files of tokenizers that the crate `tokenizers` can convert and this crate cannot read.
pub(crate) const CONVERTIBLE: [&str; 2] = [VOCABULARY, "vocab.json"];
/// SentencePiece models; the first of them in a folder counts.
pub(crate) const SENTENCE_PIECE: [&str; 3] =
    ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model"];
/// The tokens by their roles, as older versions of transformers write them.
#[cfg(feature = "json")]
pub(crate) const SPECIAL_TOKENS: &str = "special_tokens_map.json";
/// The ids of tokens that the vocabulary lacks, as older versions of transformers write them.
#[cfg(feature = "json")]
pub(crate) const ADDED_TOKENS: &str = "added_tokens.json";
/// The entities that a `MLukeTokenizer` knows, without which transformers does not open it.
#[cfg(feature = "json")]
pub(crate) const ENTITIES: &str = "entity_vocab.json";
/// The configuration of the model, which names its architecture.
#[cfg(feature = "json")]
pub(crate) const CONFIGURATION: &str = "config.json";
/// The class of the tokenizer and its options.
pub(crate) const SETTINGS: &str = "tokenizer_config.json";
