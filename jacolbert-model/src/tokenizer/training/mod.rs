//! A tokenizer from a collection.

mod alphabet;
mod pieces;
mod tokenizer_file;
mod words;

use super::json_tokenizer::JsonTokenizer;
use super::trained_tokenizer::TrainedTokenizer;
use crate::{ColbertConfig, Error};
use alphabet::Alphabet;
use pieces::pieces;
use tokenizer_file::tokenizer_of;
use words::Words;

/// The tokens that stand for no text come first, in this order; then those that mark a text's role.
const SPECIAL_TOKENS: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// The largest vocabulary there can be.
const MAX_VOCAB_SIZE: usize = 1 << 24;

/// Trains a tokenizer on a collection, for a model that begins
/// [from scratch](crate::Checkpoint::from_scratch).
///
/// A text is normalised (NFKC) and cut at white space, around marks and around numbers; what is
/// between is cut into the likeliest pieces of a Unigram model (Kudo, "Subword Regularization",
/// 2018), so that Japanese needs no dictionary. The same texts in any order give the same tokenizer,
/// whatever the number of cores: it is trained on one.
///
/// ```
/// use jacolbert_model::TokenizerTrainer;
///
/// let texts = ["東京都は日本の首都である。", "東京都の人口は日本で最も多い。"];
/// let trained = TokenizerTrainer { vocab_size: 80, ..Default::default() }.train(texts)?;
/// assert!(trained.vocab_size() <= 80);
/// # Ok::<(), jacolbert_model::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TokenizerTrainer {
    /// Tokens of the vocabulary, at most; the texts may have fewer.
    pub vocab_size: usize,
    /// Share of the texts' characters that the vocabulary knows, above 0 and up to 1. What is left
    /// out are the rarest; they become `[UNK]`. ASCII punctuation is always known, so that a
    /// skiplist of it never holds `[UNK]`.
    pub character_coverage: f64,
    /// Characters of words to train on, about; of more than that, every so-maniest word is taken. A
    /// word that is there twice counts once. Time grows with it: one million takes more than a minute.
    pub max_chars: usize,
    /// Tokens beside `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]` that stand for no text: those
    /// that mark a query and a passage.
    pub markers: Vec<String>,
}

impl Default for TokenizerTrainer {
    /// 8,000 tokens, all but 5 of 10,000 characters, a sample of 2 million characters, and the markers
    /// of [`ColbertConfig::default`].
    fn default() -> Self {
        let ColbertConfig { query_token_id, doc_token_id, .. } = ColbertConfig::default();
        Self {
            vocab_size: 8_000,
            character_coverage: 0.9995,
            max_chars: 2_000_000,
            markers: vec![query_token_id, doc_token_id],
        }
    }
}

impl TokenizerTrainer {
    /// Trains a tokenizer on `texts`.
    ///
    /// # Errors
    /// [`Error::TokenizerOption`] for a coverage that is no share, a marker that is empty or there
    /// twice, and a vocabulary without room for the characters; [`Error::NoText`].
    pub fn train<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<TrainedTokenizer, Error> {
        self.check_coverage()?;
        self.check_markers()?;
        let special = self.special_tokens();
        let words = Words::count(&tokenizer_of(&special, &[])?, texts)?;
        let alphabet = Alphabet::covering(self.character_coverage, &words);
        self.check_vocab_size(&alphabet)?;
        let words = words.spelled_with(&alphabet).sampled(self.max_chars);
        let pieces = pieces(words, &alphabet, self.vocab_size - special.len())?;
        Ok(TrainedTokenizer(JsonTokenizer::new(tokenizer_of(&special, &pieces)?)?))
    }

    fn special_tokens(&self) -> Vec<&str> {
        SPECIAL_TOKENS.into_iter().chain(self.markers.iter().map(String::as_str)).collect()
    }

    fn check_coverage(&self) -> Result<(), Error> {
        let share = self.character_coverage;
        if share > 0.0 && share <= 1.0 {
            return Ok(());
        }
        let (found, expected) = (share.to_string(), "above 0 and up to 1".into());
        Err(Error::TokenizerOption { key: "character_coverage", found, expected })
    }

    fn check_markers(&self) -> Result<(), Error> {
        let special = self.special_tokens();
        let is_new = |n: &usize| !special[*n].is_empty() && !special[..*n].contains(&special[*n]);
        let Some(n) = (0..special.len()).find(|n| !is_new(n)) else {
            return Ok(());
        };
        let (found, expected) = (format!("{:?}", special[n]), "a token of its own".into());
        Err(Error::TokenizerOption { key: "markers", found, expected })
    }

    /// All characters have room, and a longer piece: without it the crate tokenizers takes them all.
    fn check_vocab_size(&self, alphabet: &Alphabet) -> Result<(), Error> {
        let least = self.special_tokens().len() + alphabet.len() + 1;
        if (least..=MAX_VOCAB_SIZE).contains(&self.vocab_size) {
            return Ok(());
        }
        let found = self.vocab_size.to_string();
        let expected = format!("from {least} to {MAX_VOCAB_SIZE}");
        Err(Error::TokenizerOption { key: "vocab_size", found, expected })
    }
}
