//! Text to token ids, by ColBERT's rules.
//!
//! | text | ids |
//! |---|---|
//! | query | `[CLS] [unused0] text [SEP]`, filled to its [`QueryLength`] with `[MASK]` |
//! | passage | `[CLS] [unused1] text [SEP]`, at most `doc_maxlen` |
//!
//! For a model of one vector a text it is `[CLS] text [SEP]`, or what `tokenizer.json` has in their place.
//!
//! Text without room is cut at its end, before `[SEP]`. Special tokens are inserted by id; those
//! that stand in the text itself are what the tokenizer makes of them.

mod compiled_table;
mod encoding;
mod frame;
mod japanese;
mod json_file;
mod json_tokenizer;
mod mecab_tokenizer;
mod sentence_tokenizer;
mod text_tokenizer;
mod trained_tokenizer;
#[cfg(feature = "tokenizer-training")]
mod training;

use std::path::Path;
use std::sync::Arc;

use crate::config::PUNCTUATION;
use crate::probe_texts::{PASSAGES, QUERIES};
use crate::{BertConfig, ColbertConfig, Error, QueryLength};
use jacolbert_core::Checksum;
use json_tokenizer::JsonTokenizer;
use mecab_tokenizer::MecabTokenizer;
use text_tokenizer::TextTokenizer;

pub use encoding::{Encoding, EncodingFault};
pub use japanese::{
    Dictionary, DictionaryFault, JapaneseTokenizer, JapaneseTokenizerOptions, SpecialTokens,
    Subword, Vocabulary,
};
pub(crate) use sentence_tokenizer::SentenceTokenizer;
pub use trained_tokenizer::TrainedTokenizer;
#[cfg(feature = "tokenizer-training")]
pub use training::TokenizerTrainer;

/// Tokens that every text has: `[CLS]`, the marker and `[SEP]`.
const FRAME: usize = 3;

/// The tokenizer of one model: text in, [`Encoding`] out. The method says the text's role.
///
/// A clone shares vocabulary and dictionary with the original.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    text: Arc<dyn TextTokenizer>,
    special: SpecialTokens,
    markers: Markers,
    skiplist: Vec<u32>,
    query_length: QueryLength,
    query_maxlen: usize,
    doc_maxlen: usize,
    attend_to_mask_tokens: bool,
}

/// Ids of the tokens that say a text's role.
#[derive(Debug, Clone, Copy)]
struct Markers {
    query: u32,
    passage: u32,
}

impl Tokenizer {
    /// Reads the tokenizer in the folder `dir`, for a model of the shape `bert` that reads text by
    /// `config`: `tokenizer.json`, unless `tokenizer_config.json` names the `BertJapaneseTokenizer`,
    /// which needs a [dictionary](Self::with_dictionary).
    ///
    /// # Errors
    /// [`Error::NeedsDictionary`], [`Error::Io`], [`Error::Json`], [`Error::Tokenizer`],
    /// [`Error::MissingToken`], [`Error::Vocabulary`], and [`Error::Length`] for a maximum length
    /// below 3 or above the model's positions.
    pub fn from_dir(dir: &Path, bert: &BertConfig, config: &ColbertConfig) -> Result<Self, Error> {
        Self::new(open(dir, None)?, bert, config)
    }

    /// As [`from_dir`](Self::from_dir); a `BertJapaneseTokenizer` reads its `vocab.txt`, and its
    /// words from the compiled MeCab dictionary in the folder `dictionary`.
    ///
    /// # Errors
    /// As [`from_dir`](Self::from_dir), [`Dictionary::open`] and [`JapaneseTokenizer::open`].
    pub fn with_dictionary(
        dir: &Path,
        dictionary: &Path,
        bert: &BertConfig,
        config: &ColbertConfig,
    ) -> Result<Self, Error> {
        Self::new(open(dir, Some(dictionary))?, bert, config)
    }

    /// A tokenizer that was trained, for a model of the shape `bert` that reads text by `config`.
    ///
    /// # Errors
    /// [`Error::MissingToken`] for a marker that it was not trained with, [`Error::Vocabulary`], and
    /// [`Error::Length`] as in [`from_dir`](Self::from_dir).
    pub fn from_trained(
        trained: &TrainedTokenizer,
        bert: &BertConfig,
        config: &ColbertConfig,
    ) -> Result<Self, Error> {
        Self::new(Arc::new(trained.0.clone()), bert, config)
    }

    fn new(
        text: Arc<dyn TextTokenizer>,
        bert: &BertConfig,
        config: &ColbertConfig,
    ) -> Result<Self, Error> {
        let &ColbertConfig { query_length, doc_maxlen, attend_to_mask_tokens, .. } = config;
        let query_maxlen = query_length.max(bert.max_position_embeddings);
        check_length("query_maxlen", query_maxlen, bert)?;
        check_length("doc_maxlen", doc_maxlen, bert)?;
        check_vocabulary(text.path(), text.largest_id(), bert)?;
        Ok(Self {
            special: text.special_tokens(),
            markers: Markers::find(text.as_ref(), config)?,
            skiplist: skiplist(text.as_ref(), config)?,
            text,
            query_length,
            query_maxlen,
            doc_maxlen,
            attend_to_mask_tokens,
        })
    }

    /// Writes the tokenizer's files to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        self.text.save(dir)
    }

    /// `text` as a query, filled to its [`QueryLength`]; all its tokens count in MaxSim.
    ///
    /// A `[PAD]` that stands in the text becomes a `[MASK]`, as in the original.
    ///
    /// # Errors
    /// [`Error::Text`], and [`Error::Dictionary`] if the dictionary's files were altered.
    pub fn encode_query(&self, text: &str) -> Result<Encoding, Error> {
        let (mut ids, tokens_cut) = self.framed(text, self.markers.query, self.query_maxlen)?;
        let mut attention = vec![true; ids.len()];
        let length = self.query_length.filled(ids.len()).min(self.query_maxlen);
        ids.iter_mut().filter(|id| **id == self.special.pad).for_each(|id| *id = self.special.mask);
        ids.resize(length, self.special.mask);
        attention.resize(length, self.attend_to_mask_tokens);
        Ok(Encoding { keep: vec![true; ids.len()], ids, attention, tokens_cut })
    }

    /// `text` as a passage of at most `doc_maxlen` tokens; those of the skiplist do not count in
    /// MaxSim.
    ///
    /// # Errors
    /// [`Error::Text`], and [`Error::Dictionary`] if the dictionary's files were altered.
    pub fn encode_passage(&self, text: &str) -> Result<Encoding, Error> {
        let (ids, tokens_cut) = self.framed(text, self.markers.passage, self.doc_maxlen)?;
        let skipped = |id| id == self.special.pad || self.skiplist.binary_search(&id).is_ok();
        let keep = ids.iter().map(|&id| !skipped(id)).collect();
        Ok(Encoding { attention: vec![true; ids.len()], keep, ids, tokens_cut })
    }

    /// Number of tokens of the text that became `passage`, those that were cut included, without `[CLS]`,
    /// marker and `[SEP]`.
    pub fn num_tokens_of(&self, passage: &Encoding) -> usize {
        (passage.ids.len() + passage.tokens_cut).saturating_sub(FRAME)
    }

    /// Number of tokens of `text`, without `[CLS]`, marker and `[SEP]`.
    ///
    /// # Errors
    /// [`Error::Text`], and [`Error::Dictionary`] if the dictionary's files were altered.
    pub fn num_tokens(&self, text: &str) -> Result<usize, Error> {
        Ok(self.text.ids(text)?.len())
    }

    /// Tokens of a passage's text for which there is room.
    pub fn max_passage_tokens(&self) -> usize {
        self.doc_maxlen - FRAME
    }

    /// Ids that are dropped from passages, ascending: the first of each ASCII punctuation mark, and
    /// those of the settings' own words.
    ///
    /// Where a mark is unknown to the vocabulary, `[UNK]` is among them, and with it goes every
    /// unknown word of a passage, as in the original.
    pub fn skiplist(&self) -> &[u32] {
        &self.skiplist
    }

    /// The tokens that this tokenizer puts in queries and not in passages.
    pub(crate) fn tokens_of_queries(&self) -> impl Iterator<Item = u32> {
        [self.markers.query, self.special.mask].into_iter()
    }

    /// The checksum of what decides over ids, lengths left out: tokens, special tokens, markers,
    /// skiplist, and the ids of some texts, which stand for the rules between text and tokens.
    pub(crate) fn checksum(&self) -> Result<u32, Error> {
        let mut checksum = Checksum::default();
        let mut tokens = self.text.tokens();
        tokens.sort_unstable();
        for (id, token) in &tokens {
            checksum.ids(&[*id]);
            checksum.text(token);
        }
        let SpecialTokens { pad, unknown, class, separator, mask } = self.special;
        checksum.ids(&[pad, unknown, class, separator, mask]);
        checksum.ids(&[self.markers.query, self.markers.passage]);
        checksum.ids(&self.skiplist);
        for text in QUERIES.iter().chain(&PASSAGES) {
            checksum.ids(&self.text.ids(text)?);
        }
        Ok(checksum.finish())
    }

    /// Ids of `[CLS] marker text [SEP]`, at most `maxlen`, and the number of ids cut.
    fn framed(&self, text: &str, marker: u32, maxlen: usize) -> Result<(Vec<u32>, usize), Error> {
        let text = self.text.ids(text)?;
        let room = text.len().min(maxlen - FRAME);
        let mut ids = Vec::with_capacity(maxlen.min(room + FRAME));
        ids.extend([self.special.class, marker]);
        ids.extend_from_slice(&text[..room]);
        ids.push(self.special.separator);
        Ok((ids, text.len() - room))
    }
}

impl Markers {
    fn find(text: &dyn TextTokenizer, config: &ColbertConfig) -> Result<Self, Error> {
        let id = |token: &String| {
            let missing = || Error::MissingToken { path: text.path().into(), token: token.clone() };
            text.id(token).ok_or_else(missing)
        };
        Ok(Self { query: id(&config.query_token_id)?, passage: id(&config.doc_token_id)? })
    }
}

/// The tokenizer that the folder `dir` has, in the form that reads text as the original does.
fn open(dir: &Path, dictionary: Option<&Path>) -> Result<Arc<dyn TextTokenizer>, Error> {
    if MecabTokenizer::serves(dir)? {
        return Ok(Arc::new(MecabTokenizer::open(dir, dictionary)?));
    }
    Ok(Arc::new(JsonTokenizer::open(dir)?))
}

fn check_length(key: &'static str, length: usize, bert: &BertConfig) -> Result<(), Error> {
    let (min, max) = (FRAME, bert.max_position_embeddings);
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(Error::Length { key, length, min, max })
}

/// Fails if the model has no embedding for an id as large as `largest`, which the file at `path` has.
fn check_vocabulary(path: &Path, largest: u32, bert: &BertConfig) -> Result<(), Error> {
    let vocab_size = bert.vocab_size;
    if (largest as usize) < vocab_size {
        return Ok(());
    }
    Err(Error::Vocabulary { path: path.into(), largest, vocab_size })
}

fn skiplist(text: &dyn TextTokenizer, config: &ColbertConfig) -> Result<Vec<u32>, Error> {
    let mut ids = Vec::new();
    let marks = if config.mask_punctuation { PUNCTUATION } else { "" };
    for mark in marks.chars() {
        let mark = text.ids(&mark.to_string());
        ids.extend(mark.map_err(|error| error.while_loading(text.path()))?.first());
    }
    let unknown = text.special_tokens().unknown;
    ids.extend(config.skiplist_words.iter().map(|word| text.id(word).unwrap_or(unknown)));
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
