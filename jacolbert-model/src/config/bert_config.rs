//! Shape of a BERT, as `config.json` gives it.

use std::path::Path;

use jacolbert_core::{SettingsError, SettingsFile};
use serde::{Deserialize, Serialize};

use super::file_names::BERT as FILE;
use super::limits::{MAX_LAYERS, MAX_SIZE};
use crate::Error;

/// Shape of a BERT encoder. Fields are named as the keys of `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BertConfig {
    /// Number of tokens that have an embedding.
    pub vocab_size: usize,
    /// Length of a token's vector inside the encoder.
    pub hidden_size: usize,
    /// Number of layers. Time grows in proportion.
    pub num_hidden_layers: usize,
    /// Attention heads of a layer; must divide `hidden_size`.
    pub num_attention_heads: usize,
    /// Length of a token's vector inside a feed-forward block.
    pub intermediate_size: usize,
    /// Activation inside a feed-forward block.
    pub hidden_act: Activation,
    /// Maximum number of tokens of a text.
    pub max_position_embeddings: usize,
    /// Number of segment types. All tokens of a text are of type 0 here.
    pub type_vocab_size: usize,
    /// Added to the variance in each layer norm.
    pub layer_norm_eps: f64,
    /// Share of values that training drops after embeddings and blocks, from 0 to below 1.
    pub hidden_dropout_prob: f64,
    /// Share of attention weights that training drops, from 0 to below 1.
    pub attention_probs_dropout_prob: f64,
    /// Standard deviation of fresh weights.
    pub initializer_range: f64,
}

/// Activation inside a feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x Φ(x)` with the exact normal distribution function, `gelu`.
    Gelu,
    /// GELU in its approximation with tanh, `gelu_new` or `gelu_pytorch_tanh`.
    GeluTanh,
    /// `max(x, 0)`, `relu`.
    Relu,
}

impl BertConfig {
    /// Number of tokens of a BERT whose `config.json` does not say it.
    pub const VOCAB_SIZE_OF_BERT: usize = 30_522;

    /// Reads `config.json` in the folder `dir`.
    ///
    /// A key that is absent or `null` has the default of transformers: those of [`BertConfig::default`], but
    /// [30,522](Self::VOCAB_SIZE_OF_BERT) tokens. Loading weights checks them against the shape of every tensor.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::WrongFile`], [`Error::Json`], [`Error::Heads`], and [`Error::Setting`] for a model that
    /// is no BERT with absolute positions.
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let keys = SettingsFile::open(&dir.join(FILE))?;
        keys.word_if_given("model_type", "\"bert\"", |word| (word == "bert").then_some(()))?;
        Self::of_family(&keys, Self::VOCAB_SIZE_OF_BERT)
    }

    /// Reads the shape from `keys`, for any model family that has the layers of a BERT. `vocab_size` is the family's
    /// default; all other defaults are the same in these families.
    pub(super) fn of_family(keys: &SettingsFile, vocab_size: usize) -> Result<Self, Error> {
        keys.word_if_given("position_embedding_type", "\"absolute\"", |word| {
            (word == "absolute").then_some(())
        })?;
        let config = Self::from_keys(keys, Self { vocab_size, ..Self::default() })?;
        config.check_heads(keys.path())?;
        Ok(config)
    }

    /// Reads the shape from `keys`; `default` has the values of absent keys.
    pub(super) fn from_keys(keys: &SettingsFile, default: Self) -> Result<Self, Error> {
        let acts = "\"gelu\", \"gelu_new\", \"gelu_pytorch_tanh\" or \"relu\"";
        let hidden_act = keys.word_if_given("hidden_act", acts, Activation::from_word)?;
        let size = |key, max, default| {
            Ok::<_, SettingsError>(keys.count_if_given(key, max)?.unwrap_or(default))
        };
        let number = |key, default| {
            Ok::<_, SettingsError>(keys.non_negative_if_given(key)?.unwrap_or(default))
        };
        let dropout = |key, default| {
            Ok::<_, SettingsError>(keys.probability_if_given(key)?.unwrap_or(default))
        };
        let positions = default.max_position_embeddings;
        Ok(Self {
            vocab_size: size("vocab_size", MAX_SIZE, default.vocab_size)?,
            hidden_size: size("hidden_size", MAX_SIZE, default.hidden_size)?,
            num_hidden_layers: size("num_hidden_layers", MAX_LAYERS, default.num_hidden_layers)?,
            num_attention_heads: size(
                "num_attention_heads",
                MAX_SIZE,
                default.num_attention_heads,
            )?,
            intermediate_size: size("intermediate_size", MAX_SIZE, default.intermediate_size)?,
            hidden_act: hidden_act.unwrap_or(default.hidden_act),
            max_position_embeddings: size("max_position_embeddings", MAX_SIZE, positions)?,
            type_vocab_size: size("type_vocab_size", MAX_SIZE, default.type_vocab_size)?,
            layer_norm_eps: number("layer_norm_eps", default.layer_norm_eps)?,
            hidden_dropout_prob: dropout("hidden_dropout_prob", default.hidden_dropout_prob)?,
            attention_probs_dropout_prob: dropout(
                "attention_probs_dropout_prob",
                default.attention_probs_dropout_prob,
            )?,
            initializer_range: number("initializer_range", default.initializer_range)?,
        })
    }

    pub(super) fn check_heads(&self, path: &Path) -> Result<(), Error> {
        let Self { hidden_size, num_attention_heads, .. } = *self;
        if hidden_size.is_multiple_of(num_attention_heads) {
            return Ok(());
        }
        Err(Error::Heads { path: path.into(), hidden_size, num_attention_heads })
    }
}

impl Default for BertConfig {
    /// The shape of bert-base-japanese-v3.
    fn default() -> Self {
        Self {
            vocab_size: 32_768,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3_072,
            hidden_act: Activation::Gelu,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            initializer_range: 0.02,
        }
    }
}

impl Activation {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "gelu" => Some(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Some(Self::GeluTanh),
            "relu" => Some(Self::Relu),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Gelu => "gelu",
            Self::GeluTanh => "gelu_pytorch_tanh",
            Self::Relu => "relu",
        }
    }
}
