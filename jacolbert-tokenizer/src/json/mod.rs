//! A `tokenizer.json`, or what a SentencePiece model becomes, read through the crate `tokenizers`.

mod post_processor;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_core::WrongFile;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::alignment::whole_segments;
use crate::file_names::{ADDED_TOKENS, ENTITIES, JSON, SPECIAL_TOKENS};
use crate::named_tokens::{NamedTokens, Role};
use crate::sentencepiece::{CompiledTable, KeptTokens, SentencePiece, check_within};
use crate::{Error, Frame, SpecialTokens};

/// The tokenizer of a `tokenizer.json` or of a SentencePiece model, without the file's own framing, truncation and padding.
#[derive(Clone)]
pub struct JsonTokenizer {
    path: PathBuf,
    tokenizer: tokenizers::Tokenizer,
    /// What its post-processor puts around a text, if that is one token on each side.
    frame: Option<Frame>,
    names: BertNames,
    before: Option<Arc<Before>>,
}

/// What a SentencePiece model does to a text before the crate tokenizers, as it cannot do that itself.
struct Before {
    table: CompiledTable,
    /// Tokens that stay as they are.
    tokens: KeptTokens,
    /// The model and what belongs to it, by their names: no `tokenizer.json` can say what `table` does.
    files: Vec<(String, Vec<u8>)>,
}

impl JsonTokenizer {
    /// Reads `tokenizer.json` in the folder `checkpoint`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::WrongFile`], [`Error::TokenizerFile`], and [`Error::Settings`] for a role in
    /// `tokenizer_config.json` or `special_tokens_map.json` that is no token.
    pub fn from_dir(checkpoint: &Path) -> Result<Self, Error> {
        let path = checkpoint.join(JSON);
        let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let text = WrongFile::text(&bytes).map_err(|what| Error::wrong_file(&path, what))?;
        Self::new(checkpoint, path, text)
    }

    /// Makes a tokenizer of the SentencePiece model in the file `name` of the folder `checkpoint`.
    pub(crate) fn from_sentencepiece(checkpoint: &Path, name: &str) -> Result<Self, Error> {
        let path = checkpoint.join(name);
        let SentencePiece { tokenizer_file, table } = SentencePiece::open(checkpoint, &path)?;
        let tokenizer = Self::new(checkpoint, path, &tokenizer_file)?;
        match table {
            Some(table) => tokenizer.with_table(checkpoint, name, table),
            None => Ok(tokenizer),
        }
    }

    /// The tokenizer with what comes before it, and with the files that say so.
    fn with_table(
        self,
        checkpoint: &Path,
        name: &str,
        table: CompiledTable,
    ) -> Result<Self, Error> {
        let tokens = self.tokenizer.get_added_tokens_decoder().into_values();
        let tokens = tokens.filter(|token| !token.normalized).map(|token| token.content);
        let tokens = KeptTokens::new(tokens);
        let mut files = Vec::new();
        for file in [name, SPECIAL_TOKENS, ADDED_TOKENS, ENTITIES] {
            let path = checkpoint.join(file);
            if path.is_file() {
                let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
                files.push((file.to_owned(), bytes));
            }
        }
        Ok(Self { before: Some(Before { table, tokens, files }.into()), ..self })
    }

    /// The tokenizer that `text` describes, which is the file at `path` or made of it.
    fn new(checkpoint: &Path, path: PathBuf, text: &str) -> Result<Self, Error> {
        let names = BertNames::of_settings(checkpoint)?;
        let invalid = |source| Error::TokenizerFile { path: path.clone(), source };
        let frame = check_and_read_frame(text).map_err(invalid)?;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(text).map_err(invalid)?;
        tokenizer.with_padding(None).with_truncation(None).map_err(invalid)?;
        Ok(Self { path, tokenizer, frame, names, before: None })
    }

    /// A tokenizer that comes from no file.
    #[cfg(feature = "training")]
    pub(crate) fn from_trained(tokenizer: tokenizers::Tokenizer) -> Self {
        Self {
            path: JSON.into(),
            tokenizer,
            frame: None,
            names: BertNames::new(&NamedTokens::default()),
            before: None,
        }
    }

    /// The ids of all of `text`, without the tokens that go around it.
    ///
    /// # Errors
    /// [`Error::Encode`], for instance where an unknown word meets a vocabulary without a token for it.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let changed =
            self.before.as_ref().map(|before| before.table.replaced(text, &before.tokens).0);
        let encoding = self.tokenizer.encode_fast(changed.as_deref().unwrap_or(text), false);
        let failed = |source| Error::Encode { path: self.path.clone(), source };
        Ok(encoding.map_err(failed)?.get_ids().to_vec())
    }

    /// Where in `text` each token lies that [`encode`](Self::encode) returns, as a range of bytes; none if the token has
    /// no place of its own, such as a part of a character. See [`TextTokenizer::offsets`](crate::TextTokenizer::offsets).
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn offsets(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        let Some(before) = &self.before else { return self.offsets_within(text) };
        let (changed, alignment) = before.table.replaced(text, &before.tokens);
        let source = |range: Range<usize>| whole_segments(text, alignment.source(&range)?);
        let offsets = self.offsets_within(&changed)?.into_iter();
        Ok(offsets.map(|range| range.and_then(source)).collect())
    }

    /// The same for a text to which nothing more happens before.
    fn offsets_within(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        let failed = |source| Error::Encode { path: self.path.clone(), source };
        let encoding = self.tokenizer.encode(text, false).map_err(failed)?;
        let offsets = encoding.get_offsets().iter();
        Ok(offsets.map(|&(start, end)| whole_segments(text, start..end)).collect())
    }

    /// The id of `token`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// The token with the id `id`.
    pub fn token(&self, id: u32) -> Option<String> {
        self.tokenizer.id_to_token(id)
    }

    /// The ids of the tokens with the roles of a BERT's special tokens in `tokenizer_config.json` or
    /// `special_tokens_map.json`. A role that is in neither has the name of BERT, such as `[CLS]`.
    ///
    /// # Errors
    /// [`Error::MissingToken`].
    pub fn special_tokens(&self) -> Result<SpecialTokens, Error> {
        let id = |token: &str| {
            let missing = || Error::MissingToken { path: self.path.clone(), token: token.into() };
            self.id(token).ok_or_else(missing)
        };
        Ok(SpecialTokens {
            pad: id(&self.names.pad)?,
            // A tokenizer without it fails on an unknown word.
            unknown: id(&self.names.unknown)?,
            class: id(&self.names.class)?,
            separator: id(&self.names.separator)?,
            mask: id(&self.names.mask)?,
        })
    }

    /// The tokens that its post-processor puts around a text.
    ///
    /// # Errors
    /// [`Error::Frame`] if it is not one token before the text and one after it.
    pub fn frame(&self) -> Result<Frame, Error> {
        self.frame.ok_or_else(|| Error::Frame { path: self.path.clone() })
    }

    /// The largest id.
    pub fn largest_id(&self) -> u32 {
        self.tokenizer.get_vocab(true).into_values().max().unwrap_or(0)
    }

    /// Every token with its id, in no order.
    pub fn tokens(&self) -> Vec<(u32, String)> {
        let tokens = self.tokenizer.get_vocab(true).into_iter();
        tokens.map(|(token, id)| (id, token)).collect()
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `tokenizer.json` to the folder `dir`; of a SentencePiece model with a compiled normalizer the model itself,
    /// unless its class is `XLMRobertaTokenizer`.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::TokenizerFile`].
    pub fn save(&self, dir: &Path) -> Result<(), Error> {
        if let Some(before) = &self.before {
            for (name, bytes) in &before.files {
                let path = dir.join(name);
                std::fs::write(&path, bytes).map_err(|source| Error::io(&path, source))?;
            }
            return Ok(());
        }
        let path = dir.join(JSON);
        let json = self.tokenizer.to_string(false);
        let json = json.map_err(|source| Error::TokenizerFile { path: path.clone(), source })?;
        std::fs::write(&path, json).map_err(|source| Error::io(&path, source))
    }
}

/// The names of the tokens with the roles of a BERT's special tokens.
#[derive(Clone)]
struct BertNames {
    pad: String,
    unknown: String,
    class: String,
    separator: String,
    mask: String,
}

impl BertNames {
    fn of_settings(checkpoint: &Path) -> Result<Self, Error> {
        Ok(Self::new(&NamedTokens::open(checkpoint)?))
    }

    fn new(named: &NamedTokens) -> Self {
        let name = |role, default| named.text(role, default).to_owned();
        Self {
            pad: name(Role::Pad, "[PAD]"),
            unknown: name(Role::Unknown, "[UNK]"),
            class: name(Role::Class, "[CLS]"),
            separator: name(Role::Separator, "[SEP]"),
            mask: name(Role::Mask, "[MASK]"),
        }
    }
}

/// Its file and the number of its tokens; no contents.
impl fmt::Debug for JsonTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonTokenizer")
            .field("path", &self.path)
            .field("num_tokens", &self.tokenizer.get_vocab_size(true))
            .finish_non_exhaustive()
    }
}

/// Checks what would make the crate tokenizers panic: a mistake in the JSON inside a decoder, and the indices in
/// SentencePiece's compiled normalizer. Returns the frame of the post-processor.
fn check_and_read_frame(
    json: &str,
) -> Result<Option<Frame>, Box<dyn std::error::Error + Send + Sync>> {
    let Entries(entries) = serde_json::from_str(json)?;
    for (_, normalizer) in entries.iter().filter(|(key, _)| key == "normalizer") {
        check_within(normalizer)?;
    }
    let last = entries.iter().rfind(|(key, _)| key == "post_processor");
    Ok(last.and_then(|(_, value)| post_processor::frame(value)))
}

/// The keys of an object with their values. A key that stands twice is kept twice, because the crate tokenizers
/// reads both values.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
