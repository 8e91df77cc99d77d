//! Settings to files, as a checkpoint that was trained here is saved.

use std::path::Path;

use jacolbert_core::SettingsFile;
use serde_json::{Map, Value, json};

use super::bert_config::BertConfig;
use super::colbert_config::{AT_MOST, ColbertConfig, DYNAMIC, QUERY_MAXLEN, RULE};
use super::file_names;
use super::query_length::QueryLength;
use crate::Error;

impl BertConfig {
    /// Makes the checks of [`from_dir`](Self::from_dir).
    pub(crate) fn check(&self) -> Result<(), Error> {
        let keys = SettingsFile::from_object(self.keys(), Path::new(file_names::BERT));
        Self::from_keys(&keys, Self::default())?.check_heads(keys.path())
    }

    /// Writes `config.json` to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(file_names::BERT);
        let value = Value::Object(self.keys());
        std::fs::write(&path, format!("{value:#}\n")).map_err(|source| Error::io(&path, source))
    }

    fn keys(&self) -> Map<String, Value> {
        let keys = [
            ("architectures", json!(["HF_ColBERT"])),
            ("model_type", json!("bert")),
            ("vocab_size", json!(self.vocab_size)),
            ("hidden_size", json!(self.hidden_size)),
            ("num_hidden_layers", json!(self.num_hidden_layers)),
            ("num_attention_heads", json!(self.num_attention_heads)),
            ("intermediate_size", json!(self.intermediate_size)),
            ("hidden_act", json!(self.hidden_act.word())),
            ("max_position_embeddings", json!(self.max_position_embeddings)),
            ("type_vocab_size", json!(self.type_vocab_size)),
            ("layer_norm_eps", number(self.layer_norm_eps)),
            ("hidden_dropout_prob", number(self.hidden_dropout_prob)),
            ("attention_probs_dropout_prob", number(self.attention_probs_dropout_prob)),
            ("initializer_range", number(self.initializer_range)),
        ];
        keys.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
    }
}

impl ColbertConfig {
    /// Writes `artifact.metadata` to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        let (query_maxlen, rule) = match self.query_length {
            QueryLength::Fixed(length) => (length, None),
            QueryLength::AtMost(length) => (length, Some(AT_MOST)),
            QueryLength::Dynamic => (QUERY_MAXLEN, Some(DYNAMIC)),
        };
        let mut value = json!({
            "dim": self.dim,
            "similarity": "cosine",
            "query_maxlen": query_maxlen,
            "doc_maxlen": self.doc_maxlen,
            "mask_punctuation": self.mask_punctuation,
            "attend_to_mask_tokens": self.attend_to_mask_tokens,
            "query_token_id": self.query_token_id,
            "doc_token_id": self.doc_token_id,
        });
        if let Some(rule) = rule {
            value[RULE] = rule.into();
        }
        if !self.skiplist_words.is_empty() {
            value["skiplist_words"] = self.skiplist_words.as_slice().into();
        }
        let path = dir.join(file_names::COLBERT);
        std::fs::write(&path, format!("{value:#}\n")).map_err(|source| Error::io(&path, source))
    }
}

/// `number` as JSON, or as a string if JSON cannot represent it, so that reading it back fails instead of giving the
/// default.
fn number(number: f64) -> Value {
    if number.is_finite() { json!(number) } else { json!(number.to_string()) }
}
