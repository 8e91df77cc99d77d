//! The names of the settings files in a checkpoint's folder.

/// The shape of the encoder, as transformers writes it.
pub(crate) const BERT: &str = "config.json";
/// How a ColBERT reads text, as colbert-ai writes it.
pub(crate) const COLBERT: &str = "artifact.metadata";
/// Settings of sentence-transformers, and of PyLate, which is built on it.
pub(crate) const SENTENCE_TRANSFORMERS: &str = "config_sentence_transformers.json";
/// The maximum length of texts of the Transformer module of sentence-transformers.
pub(crate) const SENTENCE_TRANSFORMER: &str = "sentence_bert_config.json";
/// The options of the tokenizer, which may have a maximum length of their own.
pub(crate) const TOKENIZER: &str = "tokenizer_config.json";
/// The list of modules in a checkpoint of sentence-transformers or PyLate.
pub(crate) const MODULES: &str = "modules.json";
