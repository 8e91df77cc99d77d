//! The tokenizer of a checkpoint folder, whichever kind it is.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use jacolbert_core::SettingsFile;

#[cfg(feature = "json")]
use crate::JsonTokenizer;
use crate::alignment::Alignment;
use crate::file_names::{CONVERTIBLE, JSON, SENTENCE_PIECE, SETTINGS, VOCABULARY};
use crate::ignorable::{drops_ignorable, without_ignorable};
use crate::japanese::{JapaneseTokenizerOptions, NamedDictionary};
use crate::{Error, Frame, JapaneseTokenizer, SpecialTokens, TokenizerOptions};

/// The tokenizer of a checkpoint: a [`JapaneseTokenizer`] or, with the feature `json`, a `JsonTokenizer`.
///
/// A clone shares vocabulary and dictionary with the original.
#[derive(Clone)]
pub struct TextTokenizer {
    kind: Kind,
    /// The bytes of `tokenizer_config.json`, if there is one.
    settings: Option<Arc<[u8]>>,
    drops_ignorable: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Japanese(Arc<JapaneseTokenizer>),
    #[cfg(feature = "json")]
    Json(Arc<JsonTokenizer>),
}

impl TextTokenizer {
    /// Opens the tokenizer in the folder `checkpoint`: `tokenizer.json`, unless `tokenizer_config.json` names
    /// `BertJapaneseTokenizer`. Without a `tokenizer.json` it is made of a SentencePiece model: `sentencepiece.bpe.model`,
    /// `spiece.model` or `tokenizer.model`. Its `tokenizer_class` must be `XLMRobertaTokenizer`, `MLukeTokenizer`,
    /// `LlamaTokenizer` or `GemmaTokenizer`; without settings, ids are those of SentencePiece.
    ///
    /// A `BertJapaneseTokenizer` needs the compiled MeCab dictionary in the folder `dictionary`; other
    /// tokenizers ignore it, but it must exist. If such a checkpoint has no `vocab.txt` but a `tokenizer.json`, that is used.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_dir(checkpoint: &Path, dictionary: Option<&Path>) -> Result<Self, Error> {
        let dictionary = dictionary.map(Path::to_path_buf);
        Self::open(checkpoint, &TokenizerOptions { dictionary, ..Default::default() })
    }

    /// As [`from_dir`](Self::from_dir), with all options.
    ///
    /// # Errors
    /// [`Error::NeedsDictionary`], [`Error::NeedsAnyDictionary`], [`Error::OtherDictionary`], [`Error::Io`] if
    /// [`TokenizerOptions::dictionary`] does not exist, [`Error::NoTokenizer`], those of
    /// [`JapaneseTokenizer::from_dir`] and `JsonTokenizer::from_dir`, and [`Error::JsonFeature`] for a
    /// `tokenizer.json` or a SentencePiece model without the feature `json`. For a model also `Error::SentencePiece` and
    /// [`Error::Settings`].
    pub fn open(checkpoint: &Path, options: &TokenizerOptions) -> Result<Self, Error> {
        let path = checkpoint.join(SETTINGS);
        let bytes = if path.is_file() {
            Some(std::fs::read(&path).map_err(|source| Error::io(&path, source))?.into())
        } else {
            None
        };
        let drops_ignorable = drops_ignorable(&path, options.ignorable)?;
        Ok(Self { kind: Kind::open(checkpoint, options)?, settings: bytes, drops_ignorable })
    }

    /// A tokenizer that comes from no file, with the contents of its `tokenizer_config.json`.
    #[cfg(feature = "training")]
    pub(crate) fn from_json(tokenizer: JsonTokenizer, settings: &serde_json::Value) -> Self {
        Self {
            kind: Kind::Json(Arc::new(tokenizer)),
            settings: Some(format!("{settings:#}\n").into_bytes().into()),
            drops_ignorable: settings[crate::ignorable::DROPS_IGNORABLE] == true,
        }
    }

    /// The ids of all of `text`, without `[CLS]` before or `[SEP]` after them.
    ///
    /// # Errors
    /// As [`JapaneseTokenizer::encode`] and `JsonTokenizer::encode`.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let text = if self.drops_ignorable { without_ignorable(text) } else { Cow::Borrowed(text) };
        match &self.kind {
            Kind::Japanese(tokenizer) => tokenizer.encode(&text),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.encode(&text),
        }
    }

    /// Whether it drops default-ignorable characters; see [`TokenizerOptions::ignorable`].
    pub fn drops_ignorable(&self) -> bool {
        self.drops_ignorable
    }

    /// The pieces of `text`: the token of each id that [`encode`](Self::encode) returns, such as `東京` and `##都`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn pieces(&self, text: &str) -> Result<Vec<String>, Error> {
        let ids = self.encode(text)?;
        Ok(ids.into_iter().map(|id| self.token(id).unwrap_or_default()).collect())
    }

    /// Where in `text` each token lies that [`encode`](Self::encode) returns, as a range of bytes; none if the token has
    /// no place of its own, such as a part of a character.
    ///
    /// Ranges lie on the boundaries of characters and ascend. Tokens of one character, such as those of `㍿`, share its
    /// range. Characters that are dropped, or that join another one, belong to the character before them.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn offsets(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        if !self.drops_ignorable {
            return self.kind.offsets(text);
        }
        let (changed, alignment) = Alignment::without_ignorable(text);
        let offsets = self.kind.offsets(&changed)?.into_iter();
        Ok(offsets.map(|range| range.and_then(|range| alignment.source(&range))).collect())
    }

    /// The token with the id `id`.
    pub fn token(&self, id: u32) -> Option<String> {
        match &self.kind {
            Kind::Japanese(tokenizer) => tokenizer.token(id).map(str::to_owned),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.token(id),
        }
    }

    /// The id of `token`.
    pub fn id(&self, token: &str) -> Option<u32> {
        match &self.kind {
            Kind::Japanese(tokenizer) => tokenizer.id(token),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.id(token),
        }
    }

    /// The id of a token that the vocabulary must have.
    ///
    /// # Errors
    /// [`Error::MissingToken`].
    pub fn required_id(&self, token: &str) -> Result<u32, Error> {
        let missing = || Error::MissingToken { path: self.path().into(), token: token.into() };
        self.id(token).ok_or_else(missing)
    }

    /// The ids of a BERT's special tokens.
    ///
    /// # Errors
    /// [`Error::MissingToken`] for a tokenizer without one of them: settings that do not name its role, and no token with
    /// the name of BERT.
    pub fn special_tokens(&self) -> Result<SpecialTokens, Error> {
        match &self.kind {
            Kind::Japanese(tokenizer) => Ok(tokenizer.special_tokens()),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.special_tokens(),
        }
    }

    /// The tokens that go around a text: `[CLS]` and `[SEP]` of a BERT, `<s>` and `</s>` of an XLM-RoBERTa.
    ///
    /// # Errors
    /// [`Error::Frame`] for a `tokenizer.json` that does not put one token before a text and one after it.
    pub fn frame(&self) -> Result<Frame, Error> {
        match &self.kind {
            Kind::Japanese(tokenizer) => {
                let SpecialTokens { class, separator, .. } = tokenizer.special_tokens();
                Ok(Frame { class, separator })
            }
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.frame(),
        }
    }

    /// The largest id.
    pub fn largest_id(&self) -> u32 {
        match &self.kind {
            Kind::Japanese(tokenizer) => tokenizer.largest_id(),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.largest_id(),
        }
    }

    /// Every token with its id, in no order. A token that is both in the vocabulary and added appears twice.
    pub fn tokens(&self) -> Vec<(u32, String)> {
        match &self.kind {
            Kind::Japanese(tokenizer) => {
                tokenizer.tokens().map(|(id, token)| (id, token.to_owned())).collect()
            }
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.tokens(),
        }
    }

    /// Number of ids that stand for a token, special tokens included.
    pub fn vocab_size(&self) -> usize {
        self.tokens().into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len()
    }

    /// The file with the vocabulary, for error messages.
    pub fn path(&self) -> &Path {
        match &self.kind {
            Kind::Japanese(tokenizer) => tokenizer.vocabulary().path(),
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.path(),
        }
    }

    /// The tokenizer as a [`JapaneseTokenizer`], if it is one; that one also returns words.
    pub fn as_japanese(&self) -> Option<&JapaneseTokenizer> {
        match &self.kind {
            Kind::Japanese(tokenizer) => Some(tokenizer),
            #[cfg(feature = "json")]
            Kind::Json(_) => None,
        }
    }

    /// Writes the tokenizer's files to the folder `dir`, which is created if it does not exist.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, dir: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::io(dir, source))?;
        match &self.kind {
            Kind::Japanese(tokenizer) => {
                tokenizer.vocabulary().save(&dir.join(VOCABULARY))?;
            }
            #[cfg(feature = "json")]
            Kind::Json(tokenizer) => tokenizer.save(dir)?,
        }
        let Some(settings) = &self.settings else { return Ok(()) };
        let path = dir.join(SETTINGS);
        std::fs::write(&path, settings).map_err(|source| Error::io(&path, source))
    }
}

impl Kind {
    fn open(checkpoint: &Path, options: &TokenizerOptions) -> Result<Self, Error> {
        let TokenizerOptions { dictionary, other_dictionary, .. } = options;
        if !is_japanese(checkpoint)? {
            if let Some(dictionary) = dictionary {
                // It is not needed, but a mistyped path must not go unnoticed.
                std::fs::metadata(dictionary).map_err(|source| Error::io(dictionary, source))?;
            }
            return Self::open_file(checkpoint, find_file(checkpoint)?);
        }
        let Some(dictionary) = dictionary else {
            let path = checkpoint.join(SETTINGS);
            // No dictionary helps where the settings cannot be followed.
            JapaneseTokenizerOptions::open(&path)?;
            return Err(NamedDictionary::of_settings(&path)?.needed(&path));
        };
        let tokenizer = JapaneseTokenizer::open(checkpoint, dictionary, *other_dictionary)?;
        Ok(Self::Japanese(Arc::new(tokenizer)))
    }

    fn offsets(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        match self {
            Self::Japanese(tokenizer) => tokenizer.offsets(text),
            #[cfg(feature = "json")]
            Self::Json(tokenizer) => tokenizer.offsets(text),
        }
    }

    /// Opens the file `name` of the folder `checkpoint`, a `tokenizer.json` or a SentencePiece model.
    #[cfg(feature = "json")]
    fn open_file(checkpoint: &Path, name: &str) -> Result<Self, Error> {
        let tokenizer = match name {
            JSON => JsonTokenizer::from_dir(checkpoint)?,
            model => JsonTokenizer::from_sentencepiece(checkpoint, model)?,
        };
        Ok(Self::Json(Arc::new(tokenizer)))
    }

    #[cfg(not(feature = "json"))]
    fn open_file(checkpoint: &Path, name: &str) -> Result<Self, Error> {
        Err(Error::JsonFeature { path: checkpoint.join(name) })
    }
}

/// The tokenizer below; not the bytes of its settings.
impl fmt::Debug for TextTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextTokenizer").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Whether the folder `checkpoint` has a `BertJapaneseTokenizer`: its `tokenizer_config.json` names the class,
/// or has an option that no other class has, and no `tokenizer.json` replaces an absent `vocab.txt`.
fn is_japanese(checkpoint: &Path) -> Result<bool, Error> {
    let path = checkpoint.join(SETTINGS);
    if !path.is_file() {
        return Ok(false);
    }
    let settings = SettingsFile::open(&path)?;
    let is_class = |class: &str| Some(class == "BertJapaneseTokenizer");
    let is_japanese = match settings.word_if_given("tokenizer_class", "a word", is_class)? {
        Some(is_class) => is_class,
        None => settings.convert("word_tokenizer_type", "a word", |_| Some(()))?.is_some(),
    };
    let has = |file: &str| checkpoint.join(file).is_file();
    Ok(is_japanese && (has(VOCABULARY) || !has(JSON)))
}

/// The name of the tokenizer's file in the folder `checkpoint`: `tokenizer.json`, else a SentencePiece model.
fn find_file(checkpoint: &Path) -> Result<&'static str, Error> {
    let path = checkpoint.join(JSON);
    if path.try_exists().map_err(|source| Error::io(&path, source))? {
        return Ok(JSON);
    }
    if let Some(model) = SENTENCE_PIECE.into_iter().find(|name| checkpoint.join(name).is_file()) {
        return Ok(model);
    }
    let beside = CONVERTIBLE.into_iter().find(|name| checkpoint.join(name).is_file());
    Err(Error::NoTokenizer { dir: checkpoint.into(), beside })
}
