//! Hugging Face's `BertJapaneseTokenizer`, exactly: words by MeCab's rules from a compiled
//! dictionary, then pieces of words from a vocabulary.
//!
//! The stages, in order; words and ids are those of transformers with fugashi:
//!
//! | stage | rule | file |
//! |---|---|---|
//! | added tokens | `[CLS]` and its like are cut out of the text as they stand | `added_tokens` |
//! | normal form | NFKC; what follows U+0000 is dropped | `normalize` |
//! | words | the cheapest path through the lattice of dictionary and unknown words | `lattice` |
//! | pieces | the longest tokens of the vocabulary, or characters | `word_piece` |

mod added_tokens;
mod char_table;
mod connection_matrix;
mod dictionary;
mod dictionary_fault;
mod double_array;
mod lattice;
mod mapped_file;
mod normalize;
mod options;
mod special_tokens;
mod vocabulary;
mod word_file;
mod word_piece;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::Error;
use added_tokens::{AddedTokens, Piece};
use lattice::Lattice;
use normalize::{before_nul, nfkc};
use word_piece::{push_characters, push_word_pieces};

pub use dictionary::Dictionary;
pub use dictionary_fault::DictionaryFault;
pub use options::{JapaneseTokenizerOptions, Subword};
pub use special_tokens::SpecialTokens;
pub use vocabulary::Vocabulary;

/// The files' names in a checkpoint's folder.
pub(super) const VOCABULARY: &str = "vocab.txt";
pub(super) const SETTINGS: &str = "tokenizer_config.json";

/// A lattice whose buffers have grown beyond this is dropped after use, not kept for the next text.
const MAX_KEPT_LATTICE_BYTES: usize = 16 << 20;

/// The tokenizer of the JaColBERT family.
///
/// It may be shared by threads; each keeps a lattice's buffers from text to text.
#[derive(Debug)]
pub struct JapaneseTokenizer {
    dictionary: Dictionary,
    vocabulary: Vocabulary,
    special: SpecialTokens,
    added: AddedTokens,
    options: JapaneseTokenizerOptions,
    /// Lattices that no thread is using.
    lattices: Mutex<Vec<Lattice>>,
}

impl JapaneseTokenizer {
    /// Opens the tokenizer of the model in `model`: its `vocab.txt`, its `tokenizer_config.json`,
    /// and a dictionary.
    ///
    /// # Errors
    /// As [`Vocabulary::open`], [`JapaneseTokenizerOptions::open`] and [`JapaneseTokenizer::new`].
    pub fn open(model: &Path, dictionary: Dictionary) -> Result<Self, Error> {
        let vocabulary = Vocabulary::open(&model.join(VOCABULARY))?;
        let options = JapaneseTokenizerOptions::open(&model.join(SETTINGS))?;
        Self::new(dictionary, vocabulary, options)
    }

    /// The tokenizer made of these parts.
    ///
    /// # Errors
    /// [`Error::MissingToken`] if the vocabulary lacks one of the special tokens.
    pub fn new(
        dictionary: Dictionary,
        vocabulary: Vocabulary,
        options: JapaneseTokenizerOptions,
    ) -> Result<Self, Error> {
        let special = SpecialTokens::new(&vocabulary, &options)?;
        let added = AddedTokens::new(special.added(&options));
        let lattices = Mutex::default();
        Ok(Self { dictionary, vocabulary, special, added, options, lattices })
    }

    /// The ids of `text`, without `[CLS]` before or `[SEP]` behind them.
    ///
    /// # Errors
    /// [`Error::Dictionary`] if the dictionary's files turn out to be altered, [`Error::Text`] if the
    /// text is longer than a lattice can number (about four billion bytes).
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut ids = Vec::with_capacity(text.len() / 4);
        for piece in self.added.pieces(text) {
            match piece {
                Piece::Token(id) => ids.push(id),
                Piece::Text(text) => self.each_word(text, |word| self.push_ids(word, &mut ids))?,
            }
        }
        Ok(ids)
    }

    /// The words of `text`, in which added tokens are looked for no more than in the reference's
    /// word tokenizer.
    ///
    /// # Errors
    /// As [`JapaneseTokenizer::ids`].
    pub fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut words = Vec::new();
        self.each_word(text, |word| words.push(word.to_owned()))?;
        Ok(words)
    }

    /// The ids of the special tokens.
    pub fn special_tokens(&self) -> SpecialTokens {
        self.special
    }

    /// The id of `token` as it stands: that of an added token, else that in the vocabulary.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.added.id(token).or_else(|| self.vocabulary.id(token))
    }

    /// The largest id there is.
    pub(super) fn largest_id(&self) -> u32 {
        let last = self.vocabulary.num_tokens().saturating_sub(1) as u32;
        self.added.largest_id().map_or(last, |added| added.max(last))
    }

    /// Every token with its id, added tokens included, in no order.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (u32, &str)> {
        self.vocabulary.tokens().chain(self.added.tokens())
    }

    /// The tokens that ids stand for.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn each_word(&self, text: &str, mut each: impl FnMut(&str)) -> Result<(), Error> {
        let text = if self.options.normalize { nfkc(text) } else { Cow::Borrowed(text) };
        let text = before_nul(&text);
        let mut lattice = self.take_lattice();
        for word in lattice.words(&self.dictionary, text)? {
            each(&self.in_case(&text[word.clone()]));
        }
        self.keep_lattice(lattice);
        Ok(())
    }

    fn in_case<'a>(&self, word: &'a str) -> Cow<'a, str> {
        if self.options.lower_case && self.added.id(word).is_none() {
            Cow::Owned(word.to_lowercase())
        } else {
            Cow::Borrowed(word)
        }
    }

    fn push_ids(&self, word: &str, ids: &mut Vec<u32>) {
        match self.options.subword {
            Subword::WordPiece => {
                push_word_pieces(&self.vocabulary, self.special.unknown, word, ids)
            }
            Subword::Character => {
                push_characters(&self.vocabulary, self.special.unknown, word, ids)
            }
        }
    }

    fn take_lattice(&self) -> Lattice {
        self.lattices.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn keep_lattice(&self, lattice: Lattice) {
        if lattice.capacity_bytes() <= MAX_KEPT_LATTICE_BYTES {
            self.lattices.lock().unwrap_or_else(PoisonError::into_inner).push(lattice);
        }
    }
}
