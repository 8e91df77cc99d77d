//! Text to token ids, by ColBERT's rules.
//!
//! | text | ids |
//! |---|---|
//! | query | `[CLS] [unused0] text [SEP]`, filled to `query_maxlen` with `[MASK]` |
//! | passage | `[CLS] [unused1] text [SEP]`, at most `doc_maxlen` |
//!
//! Text without room is cut at its end, before `[SEP]`. Special tokens are inserted by id; those
//! that stand in the text itself are what the tokenizer makes of them.

mod encoding;
mod japanese;
mod json_tokenizer;
mod special_ids;

use std::path::Path;

use crate::{BertConfig, ColbertConfig, Error};
use json_tokenizer::JsonTokenizer;
use special_ids::SpecialIds;

pub use encoding::Encoding;
pub use japanese::{
    Dictionary, DictionaryFault, JapaneseTokenizer, JapaneseTokenizerOptions, SpecialTokens,
    Subword, Vocabulary,
};

/// The file's name in a checkpoint's folder.
const FILE: &str = "tokenizer.json";

/// Tokens that every text has: `[CLS]`, the marker and `[SEP]`.
const FRAME: usize = 3;

/// The marks whose tokens are dropped from passages, Python's `string.punctuation`.
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// The tokenizer of one model: text in, [`Encoding`] out. The method says the text's role.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    text: JsonTokenizer,
    special: SpecialIds,
    skiplist: Vec<u32>,
    query_maxlen: usize,
    doc_maxlen: usize,
    attend_to_mask_tokens: bool,
}

impl Tokenizer {
    /// Reads `tokenizer.json` in the folder `dir`, for a model of the shape `bert` that reads text
    /// by `config`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Tokenizer`], [`Error::MissingToken`], [`Error::Vocabulary`], and
    /// [`Error::Length`] for a maximum length below 3 or above the model's positions.
    pub fn from_dir(dir: &Path, bert: &BertConfig, config: &ColbertConfig) -> Result<Self, Error> {
        check_length("query_maxlen", config.query_maxlen, bert)?;
        check_length("doc_maxlen", config.doc_maxlen, bert)?;
        let path = dir.join(FILE);
        let text = JsonTokenizer::open(&path)?;
        let special = SpecialIds::find(&text, config, &path)?;
        let (largest, vocab_size) = (text.largest_id(), bert.vocab_size);
        if largest as usize >= vocab_size {
            return Err(Error::Vocabulary { path, largest, vocab_size });
        }
        let skiplist = match config.mask_punctuation {
            true => skiplist(&text).map_err(|error| error.while_loading(&path))?,
            false => Vec::new(),
        };
        let &ColbertConfig { query_maxlen, doc_maxlen, attend_to_mask_tokens, .. } = config;
        Ok(Self { text, special, skiplist, query_maxlen, doc_maxlen, attend_to_mask_tokens })
    }

    /// Writes `tokenizer.json` to the folder `dir`.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        self.text.save(&dir.join(FILE))
    }

    /// `text` as a query of exactly `query_maxlen` tokens; all of them count in MaxSim.
    ///
    /// A `[PAD]` that stands in the text becomes a `[MASK]`, as in the original.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn encode_query(&self, text: &str) -> Result<Encoding, Error> {
        let (mut ids, tokens_cut) = self.framed(text, self.special.query, self.query_maxlen)?;
        let mut attention = vec![true; ids.len()];
        ids.iter_mut().filter(|id| **id == self.special.pad).for_each(|id| *id = self.special.mask);
        ids.resize(self.query_maxlen, self.special.mask);
        attention.resize(self.query_maxlen, self.attend_to_mask_tokens);
        Ok(Encoding { keep: vec![true; ids.len()], ids, attention, tokens_cut })
    }

    /// `text` as a passage of at most `doc_maxlen` tokens; those of the skiplist do not count in
    /// MaxSim.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn encode_passage(&self, text: &str) -> Result<Encoding, Error> {
        let (ids, tokens_cut) = self.framed(text, self.special.passage, self.doc_maxlen)?;
        let skipped = |id| id == self.special.pad || self.skiplist.binary_search(&id).is_ok();
        let keep = ids.iter().map(|&id| !skipped(id)).collect();
        Ok(Encoding { attention: vec![true; ids.len()], keep, ids, tokens_cut })
    }

    /// Number of tokens of `text`, without `[CLS]`, marker and `[SEP]`.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn num_tokens(&self, text: &str) -> Result<usize, Error> {
        Ok(self.text.ids(text)?.len())
    }

    /// Tokens of a passage's text for which there is room.
    pub fn max_passage_tokens(&self) -> usize {
        self.doc_maxlen - FRAME
    }

    /// Ids that are dropped from passages, ascending: the first of each ASCII punctuation mark.
    ///
    /// Where a mark is unknown to the vocabulary, `[UNK]` is among them, and with it goes every
    /// unknown word of a passage, as in the original.
    pub fn skiplist(&self) -> &[u32] {
        &self.skiplist
    }

    /// Ids of `[CLS] marker text [SEP]`, at most `maxlen`, and the number of ids cut.
    fn framed(&self, text: &str, marker: u32, maxlen: usize) -> Result<(Vec<u32>, usize), Error> {
        let text = self.text.ids(text)?;
        let room = text.len().min(maxlen - FRAME);
        let mut ids = Vec::with_capacity(maxlen.min(room + FRAME));
        ids.extend([self.special.cls, marker]);
        ids.extend_from_slice(&text[..room]);
        ids.push(self.special.sep);
        Ok((ids, text.len() - room))
    }
}

fn check_length(key: &'static str, length: usize, bert: &BertConfig) -> Result<(), Error> {
    let (min, max) = (FRAME, bert.max_position_embeddings);
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(Error::Length { key, length, min, max })
}

fn skiplist(tokenizer: &JsonTokenizer) -> Result<Vec<u32>, Error> {
    let mut ids = Vec::with_capacity(PUNCTUATION.len());
    for mark in PUNCTUATION.chars() {
        ids.extend(tokenizer.ids(&mark.to_string())?.first());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
