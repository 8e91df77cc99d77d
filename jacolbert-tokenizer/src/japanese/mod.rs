//! The `BertJapaneseTokenizer` of transformers: words from a compiled MeCab dictionary, then pieces of words from
//! a vocabulary.
//!
//! The stages, in order. Words and ids equal those of transformers with fugashi:
//!
//! | stage | rule | file |
//! |---|---|---|
//! | added tokens | `[CLS]` and other added tokens are split off from the text | `added_tokens` |
//! | normalization | NFKC; everything from U+0000 on is dropped | `normalize` |
//! | words | the cheapest path through the lattice of dictionary words and unknown words | `lattice` |
//! | pieces | the longest tokens of the vocabulary, or characters | `word_piece` |

mod added_tokens;
mod char_table;
mod connection_matrix;
mod dictionary;
mod dictionary_fault;
mod dictionary_file;
mod dictionary_identity;
mod dictionary_kind;
mod double_array;
mod lattice;
mod named_dictionary;
mod normalize;
mod offsets;
mod options;
mod vocabulary;
mod word_file;
mod word_piece;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::file_names::{SETTINGS, VOCABULARY};
use crate::{Error, OtherDictionary, SpecialTokens};
use added_tokens::{AddedTokens, Piece};
use lattice::Lattice;
use normalize::{before_nul, nfkc};
use word_piece::{Pieces, push_characters, push_word_pieces};

pub use dictionary::Dictionary;
pub use dictionary_fault::DictionaryFault;
pub use dictionary_kind::DictionaryKind;
pub(crate) use named_dictionary::NamedDictionary;
pub use options::{JapaneseTokenizerOptions, Subword};
pub use vocabulary::Vocabulary;

/// A lattice whose buffers have grown beyond this is dropped after use, not kept for the next text.
const MAX_KEPT_LATTICE_BYTES: usize = 16 << 20;

/// The `BertJapaneseTokenizer` of transformers over a compiled MeCab dictionary.
///
/// Threads may share it. It keeps the buffers of its lattices from one text to the next.
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
    /// Opens `vocab.txt` and `tokenizer_config.json` in the folder `checkpoint`, and the compiled MeCab dictionary
    /// in the folder `dictionary`, which must not be [another one](Dictionary::kind) than the settings name.
    ///
    /// # Errors
    /// [`Error::OtherDictionary`], and as [`Dictionary::open`], [`Vocabulary::open`],
    /// [`JapaneseTokenizerOptions::open`] and [`JapaneseTokenizer::new`].
    pub fn from_dir(checkpoint: &Path, dictionary: &Path) -> Result<Self, Error> {
        Self::open(checkpoint, dictionary, OtherDictionary::Refuse)
    }

    /// As [`from_dir`](Self::from_dir); `other_dictionary` says what to do with a dictionary that the settings do not
    /// name.
    pub(crate) fn open(
        checkpoint: &Path,
        dictionary: &Path,
        other_dictionary: OtherDictionary,
    ) -> Result<Self, Error> {
        let settings = checkpoint.join(SETTINGS);
        let options = JapaneseTokenizerOptions::open(&settings)?;
        let vocabulary = Vocabulary::open(&checkpoint.join(VOCABULARY))?;
        let dictionary = Dictionary::open(dictionary)?;
        if other_dictionary == OtherDictionary::Refuse {
            NamedDictionary::of_settings(&settings)?.check(&settings, &dictionary)?;
        }
        Self::new(dictionary, vocabulary, options)
    }

    /// A tokenizer of these parts.
    ///
    /// # Errors
    /// [`Error::MissingToken`] if the vocabulary lacks one of the special tokens.
    pub fn new(
        dictionary: Dictionary,
        vocabulary: Vocabulary,
        options: JapaneseTokenizerOptions,
    ) -> Result<Self, Error> {
        let special = find_special_tokens(&vocabulary, &options)?;
        let added = AddedTokens::new(special, &options);
        Ok(Self { dictionary, vocabulary, special, added, options, lattices: Mutex::default() })
    }

    /// The ids of `text`, without `[CLS]` before or `[SEP]` after them.
    ///
    /// # Errors
    /// [`Error::Dictionary`] if a file of the dictionary has changed since it was opened, [`Error::TooLong`] for
    /// a text of about four billion bytes.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut ids = Vec::with_capacity(text.len() / 4);
        for piece in self.added.pieces(text) {
            match piece {
                Piece::Token(_, id) => ids.push(id),
                Piece::Text(text) => {
                    let text = self.normalized(text);
                    self.each_word(&text, |_, word| self.push_pieces(word, &mut ids))?;
                }
            }
        }
        Ok(ids)
    }

    /// The words of `text`, before they are split into pieces. Added tokens are not split off first, as in the word
    /// tokenizer of transformers.
    ///
    /// # Errors
    /// As [`JapaneseTokenizer::encode`].
    pub fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut words = Vec::new();
        self.each_word(&self.normalized(text), |_, word| words.push(word.to_owned()))?;
        Ok(words)
    }

    /// The ids of the special tokens.
    pub fn special_tokens(&self) -> SpecialTokens {
        self.special
    }

    /// The id of `token`: that of an added token, else that in the vocabulary.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.added.id(token).or_else(|| self.vocabulary.id(token))
    }

    /// The token with the id `id`: an added token, else one of the vocabulary.
    pub fn token(&self, id: u32) -> Option<&str> {
        self.added.token(id).or_else(|| self.vocabulary.token(id))
    }

    /// The largest id.
    pub fn largest_id(&self) -> u32 {
        let last = self.vocabulary.num_tokens().saturating_sub(1) as u32;
        self.added.largest_id().map_or(last, |added| added.max(last))
    }

    /// Every token with its id, added tokens included, in no order.
    pub fn tokens(&self) -> impl Iterator<Item = (u32, &str)> {
        self.vocabulary.tokens().chain(self.added.tokens())
    }

    /// The vocabulary of `vocab.txt`.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn normalized<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.options.normalize { nfkc(text) } else { Cow::Borrowed(text) }
    }

    /// Calls `each` with the place of each word of the normalized `text`, and with the word in its case.
    fn each_word(&self, text: &str, mut each: impl FnMut(Range<usize>, &str)) -> Result<(), Error> {
        let text = before_nul(text);
        let mut lattice = self.take_lattice();
        for word in lattice.words(&self.dictionary, text)? {
            each(word.clone(), &self.in_case(&text[word.clone()]));
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

    fn push_pieces(&self, word: &str, pieces: &mut impl Pieces) {
        match self.options.subword {
            Subword::WordPiece => {
                push_word_pieces(&self.vocabulary, self.special.unknown, word, pieces)
            }
            Subword::Character => {
                push_characters(&self.vocabulary, self.special.unknown, word, pieces)
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

/// The ids of the special tokens that `options` name: those given there, else those in `vocabulary`.
fn find_special_tokens(
    vocabulary: &Vocabulary,
    options: &JapaneseTokenizerOptions,
) -> Result<SpecialTokens, Error> {
    let id = |token: &String| match options.added.iter().find(|(added, _)| added == token) {
        Some((_, id)) => Ok(*id),
        None => vocabulary.required_id(token),
    };
    Ok(SpecialTokens {
        pad: id(&options.pad)?,
        unknown: id(&options.unknown)?,
        class: id(&options.class)?,
        separator: id(&options.separator)?,
        mask: id(&options.mask)?,
    })
}

/// Where vocabulary and dictionary lie, and the options; no contents.
impl fmt::Debug for JapaneseTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JapaneseTokenizer")
            .field("vocabulary", &self.vocabulary.path())
            .field("dictionary", &self.dictionary.folder())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
