//! Training a tokenizer on a collection of texts.

mod alphabet;
mod pieces;
mod tokenizer_file;
mod words;

use serde::{Deserialize, Serialize};

use crate::ignorable::DROPS_IGNORABLE;
use crate::{Error, JsonTokenizer, TextTokenizer};
use alphabet::Alphabet;
use pieces::train_pieces;
use tokenizer_file::build_tokenizer;
use words::Words;

/// The special tokens, in the order of their ids from 0; the reserved tokens follow.
const SPECIAL_TOKENS: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// The largest vocabulary that can be asked for.
const MAX_VOCAB_SIZE: usize = 1 << 24;

/// Trains a tokenizer on a collection of texts, for a model that starts from scratch.
///
/// A text is normalized (NFKC) and split at white space, around punctuation and around numbers. The parts in between
/// are split into the likeliest pieces of a Unigram model (Kudo, "Subword Regularization", 2018), so that Japanese
/// needs no dictionary. The result does not depend on the order of the texts or on the number of cores: training
/// runs on one thread.
///
/// ```
/// use jacolbert_tokenizer::TokenizerTrainer;
///
/// let texts = ["東京都は日本の首都である。", "東京都の人口は日本で最も多い。"];
/// let tokenizer = TokenizerTrainer { vocab_size: 80, ..Default::default() }.train(texts)?;
/// assert!(tokenizer.vocab_size() <= 80);
/// # Ok::<(), jacolbert_tokenizer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenizerTrainer {
    /// Maximum number of tokens; the texts may have fewer. By default 8,000. A larger vocabulary makes texts shorter
    /// and the model's embedding table larger.
    pub vocab_size: usize,
    /// Share of the texts' characters that the vocabulary covers, above 0 and up to 1. By default 0.9995. The rarest
    /// characters are left out and become `[UNK]`. ASCII punctuation is always covered, so that a list of
    /// punctuation tokens never contains `[UNK]`.
    pub character_coverage: f64,
    /// Maximum number of characters to train on, roughly; beyond it, every n-th word is taken. By default 2 million. A
    /// word that occurs several times counts once. Time grows with it: one million characters take more than a
    /// minute.
    pub max_chars: usize,
    /// Tokens that stand for no text, in addition to `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]`, for example to
    /// mark queries and passages. By default `[unused0]` and `[unused1]`.
    pub reserved_tokens: Vec<String>,
}

impl Default for TokenizerTrainer {
    fn default() -> Self {
        Self {
            vocab_size: 8_000,
            character_coverage: 0.9995,
            max_chars: 2_000_000,
            reserved_tokens: ["[unused0]", "[unused1]"].map(str::to_owned).to_vec(),
        }
    }
}

impl TokenizerTrainer {
    /// Trains a tokenizer on `texts`.
    ///
    /// # Errors
    /// [`Error::TrainerOption`] for a coverage that is no share, a reserved token that is empty or occurs twice, and a
    /// vocabulary that is too small for the characters; [`Error::NoText`].
    pub fn train<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<TextTokenizer, Error> {
        self.check_coverage()?;
        self.check_reserved_tokens()?;
        let special = self.special_tokens();
        let words = Words::count(&build_tokenizer(&special, &[])?, texts)?;
        let alphabet = Alphabet::covering(self.character_coverage, &words);
        self.check_vocab_size(&alphabet)?;
        let words = words.split_at_unknown(|char| alphabet.has(char)).sampled(self.max_chars);
        let pieces = train_pieces(words, &alphabet, self.vocab_size - special.len())?;
        let tokenizer = JsonTokenizer::from_trained(build_tokenizer(&special, &pieces)?);
        Ok(TextTokenizer::from_json(tokenizer, &settings()))
    }

    fn special_tokens(&self) -> Vec<&str> {
        SPECIAL_TOKENS.into_iter().chain(self.reserved_tokens.iter().map(String::as_str)).collect()
    }

    fn check_coverage(&self) -> Result<(), Error> {
        let share = self.character_coverage;
        if share > 0.0 && share <= 1.0 {
            return Ok(());
        }
        Err(Error::TrainerOption {
            key: "character_coverage",
            found: share.to_string(),
            expected: "above 0 and up to 1".into(),
        })
    }

    fn check_reserved_tokens(&self) -> Result<(), Error> {
        let special = self.special_tokens();
        let is_new = |n: &usize| !special[*n].is_empty() && !special[..*n].contains(&special[*n]);
        let Some(n) = (0..special.len()).find(|n| !is_new(n)) else {
            return Ok(());
        };
        Err(Error::TrainerOption {
            key: "reserved_tokens",
            found: format!("{:?}", special[n]),
            expected: "a token of its own".into(),
        })
    }

    /// There must be room for all characters and one longer piece; without that, the crate tokenizers keeps all pieces.
    fn check_vocab_size(&self, alphabet: &Alphabet) -> Result<(), Error> {
        let least = self.special_tokens().len() + alphabet.len() + 1;
        if (least..=MAX_VOCAB_SIZE).contains(&self.vocab_size) {
            return Ok(());
        }
        let found = self.vocab_size.to_string();
        let expected = format!("from {least} to {MAX_VOCAB_SIZE}");
        Err(Error::TrainerOption { key: "vocab_size", found, expected })
    }
}

/// `tokenizer_config.json` of a trained tokenizer, from which transformers knows the special tokens.
fn settings() -> serde_json::Value {
    serde_json::json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
        DROPS_IGNORABLE: true,
    })
}
