//! Text to ids for a model that gives one vector a text.

use std::path::Path;
use std::sync::Arc;

use super::Encoding;
use super::check_vocabulary;
use super::frame::Frame;
use super::json_file::JsonFile;
use super::mecab_tokenizer::MecabTokenizer;
use super::text_tokenizer::TextTokenizer;
use crate::probe_texts::{PASSAGES, QUERIES};
use crate::{BertConfig, Error};
use jacolbert_core::Checksum;

/// Tokens that every text has: one before it and one behind it.
const FRAME: usize = 2;

/// Ids of a text in its frame, `[CLS] text [SEP]` or `<s> text </s>`, cut at its end where it is too long.
///
/// A clone shares vocabulary and dictionary with the original.
#[derive(Debug, Clone)]
pub(crate) struct SentenceTokenizer {
    text: Arc<Text>,
    frame: Frame,
    max_tokens: usize,
}

#[derive(Debug)]
enum Text {
    Json(Box<JsonFile>),
    Mecab(Box<MecabTokenizer>),
}

impl SentenceTokenizer {
    /// Reads the tokenizer in the folder `dir`, for a model of the shape `bert` and texts of at most
    /// `max_tokens`, the frame counted.
    ///
    /// # Errors
    /// [`Error::NeedsDictionary`], [`Error::Dictionary`], [`Error::Io`], [`Error::Json`],
    /// [`Error::Tokenizer`], [`Error::Setting`] for another frame, [`Error::Vocabulary`] and
    /// [`Error::Length`].
    pub(crate) fn open(
        dir: &Path,
        dictionary: Option<&Path>,
        bert: &BertConfig,
        max_tokens: usize,
    ) -> Result<Self, Error> {
        let (min, max) = (FRAME, bert.max_position_embeddings);
        if !(min..=max).contains(&max_tokens) {
            return Err(Error::Length { key: "max_tokens", length: max_tokens, min, max });
        }
        let text = Text::open(dir, dictionary)?;
        let frame = text.frame()?;
        let largest = text.largest_id().max(frame.class).max(frame.separator);
        check_vocabulary(text.path(), largest, bert)?;
        Ok(Self { text: Arc::new(text), frame, max_tokens })
    }

    /// `text` in its frame; all its tokens are seen and kept.
    ///
    /// # Errors
    /// [`Error::Text`], and [`Error::Dictionary`] if the dictionary's files were altered.
    pub(crate) fn encode(&self, text: &str) -> Result<Encoding, Error> {
        let text = self.text.ids(text)?;
        let room = text.len().min(self.max_tokens - FRAME);
        let mut ids = Vec::with_capacity(room + FRAME);
        ids.push(self.frame.class);
        ids.extend_from_slice(&text[..room]);
        ids.push(self.frame.separator);
        let (attention, keep) = (vec![true; ids.len()], vec![true; ids.len()]);
        Ok(Encoding { attention, keep, ids, tokens_cut: text.len() - room })
    }

    /// The checksum of what decides over ids, lengths left out, as that of a ColBERT's tokenizer is.
    pub(crate) fn checksum(&self) -> Result<u32, Error> {
        let mut checksum = Checksum::default();
        let mut tokens = self.text.tokens();
        tokens.sort_unstable();
        for (id, token) in &tokens {
            checksum.ids(&[*id]);
            checksum.text(token);
        }
        checksum.ids(&[self.frame.class, self.frame.separator]);
        for text in QUERIES.iter().chain(&PASSAGES) {
            checksum.ids(&self.text.ids(text)?);
        }
        Ok(checksum.finish())
    }
}

impl Text {
    fn open(dir: &Path, dictionary: Option<&Path>) -> Result<Self, Error> {
        match MecabTokenizer::serves(dir)? {
            true => Ok(Self::Mecab(Box::new(MecabTokenizer::open(dir, dictionary)?))),
            false => Ok(Self::Json(Box::new(JsonFile::open(dir)?))),
        }
    }

    fn frame(&self) -> Result<Frame, Error> {
        match self {
            Self::Json(file) => file.frame(),
            Self::Mecab(tokenizer) => {
                let special = tokenizer.special_tokens();
                Ok(Frame { class: special.class, separator: special.separator })
            }
        }
    }

    fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        match self {
            Self::Json(file) => file.ids(text),
            Self::Mecab(tokenizer) => tokenizer.ids(text),
        }
    }

    fn largest_id(&self) -> u32 {
        match self {
            Self::Json(file) => file.largest_id(),
            Self::Mecab(tokenizer) => tokenizer.largest_id(),
        }
    }

    fn tokens(&self) -> Vec<(u32, String)> {
        match self {
            Self::Json(file) => file.tokens(),
            Self::Mecab(tokenizer) => tokenizer.tokens(),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Json(file) => file.path(),
            Self::Mecab(tokenizer) => tokenizer.path(),
        }
    }
}
