//! Text to ids for a model with one vector per text.

use std::path::Path;

use jacolbert_core::Checksum;
use jacolbert_tokenizer::{Frame, TextTokenizer, TokenizerOptions};

use super::checksum::{add_reference_ids, add_tokens};
use super::encoding::Encoding;
use super::limits::{check_length, check_vocabulary};
use crate::{BertConfig, Error};

/// Tokens that every text has: one before it and one after it.
const FRAME: usize = 2;

/// Ids of a text in its frame, `[CLS] text [SEP]` or `<s> text </s>`, cut at its end if it is too long.
///
/// A clone shares vocabulary and dictionary with the original.
#[derive(Debug, Clone)]
pub(crate) struct SentenceTokenizer {
    text: TextTokenizer,
    frame: Frame,
    max_tokens: usize,
}

impl SentenceTokenizer {
    /// Opens the tokenizer in the folder `dir`, for a model of the shape `bert` and texts of at most
    /// `max_tokens`, the frame included.
    ///
    /// # Errors
    /// [`Error::Tokenizer`], [`Error::Vocabulary`] and [`Error::Length`].
    pub(crate) fn open(
        dir: &Path,
        options: &TokenizerOptions,
        bert: &BertConfig,
        max_tokens: usize,
    ) -> Result<Self, Error> {
        check_length("max_tokens", max_tokens, FRAME, bert)?;
        let text = TextTokenizer::open(dir, options)?;
        let frame = text.frame()?;
        let largest = text.largest_id().max(frame.class).max(frame.separator);
        check_vocabulary(text.path(), largest, bert)?;
        Ok(Self { text, frame, max_tokens })
    }

    /// Encodes `text` in its frame. All its tokens are attended to and kept.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub(crate) fn encode(&self, text: &str) -> Result<Encoding, Error> {
        let text = self.text.encode(text).map_err(|source| Error::Text { text: 0, source })?;
        let room = text.len().min(self.max_tokens - FRAME);
        let mut ids = Vec::with_capacity(room + FRAME);
        ids.push(self.frame.class);
        ids.extend_from_slice(&text[..room]);
        ids.push(self.frame.separator);
        let all = vec![true; ids.len()];
        Ok(Encoding { attention: all.clone(), keep: all, ids, tokens_cut: text.len() - room })
    }

    /// The checksum of everything that decides over ids except the maximum length.
    pub(crate) fn checksum(&self) -> Result<u32, Error> {
        let mut checksum = Checksum::default();
        add_tokens(&mut checksum, &self.text);
        checksum.ids(&[self.frame.class, self.frame.separator]);
        add_reference_ids(&mut checksum, &self.text)?;
        Ok(checksum.finish())
    }
}
