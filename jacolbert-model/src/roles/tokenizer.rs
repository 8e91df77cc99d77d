//! The tokenizer of a ColBERT: ids of queries and passages.

use std::path::Path;

use jacolbert_core::Checksum;
use jacolbert_tokenizer::{SpecialTokens, TextTokenizer};

use super::checksum::{add_reference_ids, add_tokens};
use super::encoding::Encoding;
use super::limits::{check_length, check_vocabulary};
use super::token_place::{TokenPlace, TokenRole};
use crate::config::PUNCTUATION;
use crate::{BertConfig, ColbertConfig, Error, QueryLength};

/// Tokens that every text has: `[CLS]`, the marker and `[SEP]`.
const FRAME: usize = 3;

/// The tokenizer of one model: text in, [`Encoding`] out, with a method for each role of a text.
///
/// A clone shares vocabulary and dictionary with the original.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    text: TextTokenizer,
    special: SpecialTokens,
    markers: Markers,
    skiplist: Vec<u32>,
    query_length: QueryLength,
    query_maxlen: usize,
    doc_maxlen: usize,
    attend_to_mask_tokens: bool,
}

/// Ids of the tokens that mark a text's role.
#[derive(Debug, Clone, Copy)]
struct Markers {
    query: u32,
    passage: u32,
}

impl Tokenizer {
    /// The tokenizer of a model of the shape `bert` that reads text by `config`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if `text` lacks a special token or a marker, [`Error::Vocabulary`], and
    /// [`Error::Length`] for a maximum length below 3 or above the model's positions.
    pub fn new(
        text: TextTokenizer,
        bert: &BertConfig,
        config: &ColbertConfig,
    ) -> Result<Self, Error> {
        let special = text.special_tokens()?;
        let query_maxlen = config.query_length.max(bert.max_position_embeddings);
        check_length("query_maxlen", query_maxlen, FRAME, bert)?;
        check_length("doc_maxlen", config.doc_maxlen, FRAME, bert)?;
        check_vocabulary(text.path(), text.largest_id(), bert)?;
        Ok(Self {
            special,
            markers: Markers {
                query: text.required_id(&config.query_token_id)?,
                passage: text.required_id(&config.doc_token_id)?,
            },
            skiplist: find_skiplist(&text, special.unknown, config)?,
            text,
            query_length: config.query_length,
            query_maxlen,
            doc_maxlen: config.doc_maxlen,
            attend_to_mask_tokens: config.attend_to_mask_tokens,
        })
    }

    /// Opens the tokenizer in the folder `dir`, which needs no dictionary, for a model of the shape `bert` that
    /// reads text by `config`.
    ///
    /// # Errors
    /// As [`TextTokenizer::from_dir`] and [`new`](Self::new).
    pub fn from_dir(dir: &Path, bert: &BertConfig, config: &ColbertConfig) -> Result<Self, Error> {
        Self::new(TextTokenizer::from_dir(dir, None)?, bert, config)
    }

    /// The tokenizer below, which knows no markers.
    pub fn text_tokenizer(&self) -> &TextTokenizer {
        &self.text
    }

    /// Writes the tokenizer's files to the folder `dir`.
    #[cfg(feature = "burn")]
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        Ok(self.text.save(dir)?)
    }

    /// Encodes `text` as a query, filled to its [`QueryLength`]. All its tokens count in MaxSim.
    ///
    /// A `[PAD]` in the text becomes a `[MASK]`, as in the original.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn encode_query(&self, text: &str) -> Result<Encoding, Error> {
        let (mut ids, tokens_cut) = self.frame(text, self.markers.query, self.query_maxlen)?;
        let mut attention = vec![true; ids.len()];
        let length = self.query_length.filled(ids.len()).min(self.query_maxlen);
        ids.iter_mut().filter(|id| **id == self.special.pad).for_each(|id| *id = self.special.mask);
        ids.resize(length, self.special.mask);
        attention.resize(length, self.attend_to_mask_tokens);
        Ok(Encoding { keep: vec![true; ids.len()], ids, attention, tokens_cut })
    }

    /// Encodes `text` as a passage of at most `doc_maxlen` tokens. Tokens of the skiplist do not count in MaxSim.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn encode_passage(&self, text: &str) -> Result<Encoding, Error> {
        let (ids, tokens_cut) = self.frame(text, self.markers.passage, self.doc_maxlen)?;
        let skipped = |id| id == self.special.pad || self.skiplist.binary_search(&id).is_ok();
        let keep = ids.iter().map(|&id| !skipped(id)).collect();
        Ok(Encoding { attention: vec![true; ids.len()], keep, ids, tokens_cut })
    }

    /// What each token of `encoding` is and where it lies in `text`, which was encoded as a query or as a passage. See
    /// [`TextTokenizer::offsets`].
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn token_places(&self, text: &str, encoding: &Encoding) -> Result<Vec<TokenPlace>, Error> {
        let failed = |source| Error::Text { text: 0, source };
        let mut offsets = self.text.offsets(text).map_err(failed)?;
        offsets.truncate(offsets.len().saturating_sub(encoding.tokens_cut));
        let mut places =
            vec![TokenPlace::outside(TokenRole::Class), TokenPlace::outside(TokenRole::Marker)];
        let of_text = |range| TokenPlace { role: TokenRole::Text, range };
        places.extend(offsets.into_iter().map(of_text));
        places.push(TokenPlace::outside(TokenRole::Separator));
        places.resize(encoding.ids.len(), TokenPlace::outside(TokenRole::Mask));
        Ok(places)
    }

    /// Number of tokens of the text that was encoded as `passage`, cut tokens included, without `[CLS]`, marker and
    /// `[SEP]`.
    pub fn num_tokens_of(&self, passage: &Encoding) -> usize {
        (passage.ids.len() + passage.tokens_cut).saturating_sub(FRAME)
    }

    /// Number of tokens of `text`, without `[CLS]`, marker and `[SEP]`.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn num_tokens(&self, text: &str) -> Result<usize, Error> {
        Ok(self.text_ids(text)?.len())
    }

    /// Maximum number of tokens of a passage's text, without `[CLS]`, marker and `[SEP]`.
    pub fn max_passage_tokens(&self) -> usize {
        self.doc_maxlen - FRAME
    }

    /// Ids that are dropped from passages, ascending: the first id of each ASCII punctuation mark, and the ids of
    /// [`ColbertConfig::skiplist_words`].
    ///
    /// If the vocabulary lacks a mark, `[UNK]` is among them, so that every unknown word of a passage is dropped
    /// too, as in the original.
    pub fn skiplist(&self) -> &[u32] {
        &self.skiplist
    }

    /// The tokens that queries contain and passages do not.
    #[cfg(feature = "burn")]
    pub(crate) fn tokens_of_queries(&self) -> impl Iterator<Item = u32> {
        [self.markers.query, self.special.mask].into_iter()
    }

    /// The checksum of everything that decides over ids except maximum lengths: tokens, special tokens, markers,
    /// skiplist, and the ids of some texts.
    pub(crate) fn checksum(&self) -> Result<u32, Error> {
        let mut checksum = Checksum::default();
        add_tokens(&mut checksum, &self.text);
        let SpecialTokens { pad, unknown, class, separator, mask } = self.special;
        checksum.ids(&[pad, unknown, class, separator, mask]);
        checksum.ids(&[self.markers.query, self.markers.passage]);
        checksum.ids(&self.skiplist);
        add_reference_ids(&mut checksum, &self.text)?;
        Ok(checksum.finish())
    }

    /// Ids of `[CLS] marker text [SEP]`, at most `maxlen`, and the number of ids cut.
    fn frame(&self, text: &str, marker: u32, maxlen: usize) -> Result<(Vec<u32>, usize), Error> {
        let text = self.text_ids(text)?;
        let room = text.len().min(maxlen - FRAME);
        let mut ids = Vec::with_capacity(maxlen.min(room + FRAME));
        ids.extend([self.special.class, marker]);
        ids.extend_from_slice(&text[..room]);
        ids.push(self.special.separator);
        Ok((ids, text.len() - room))
    }

    fn text_ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        self.text.encode(text).map_err(|source| Error::Text { text: 0, source })
    }
}

fn find_skiplist(
    text: &TextTokenizer,
    unknown: u32,
    config: &ColbertConfig,
) -> Result<Vec<u32>, Error> {
    let mut ids = Vec::new();
    let marks = if config.mask_punctuation { PUNCTUATION } else { "" };
    for mark in marks.chars() {
        ids.extend(text.encode(&mark.to_string())?.first());
    }
    ids.extend(config.skiplist_words.iter().map(|word| text.id(word).unwrap_or(unknown)));
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
