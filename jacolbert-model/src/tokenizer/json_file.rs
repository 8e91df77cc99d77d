//! A `tokenizer.json`: text to ids, without framing, truncation and padding.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::compiled_table;
use super::frame::Frame;
use crate::Error;

/// The file's name in a checkpoint's folder.
pub(super) const FILE: &str = "tokenizer.json";

/// A Hugging Face tokenizer, without its own framing, truncation and padding.
#[derive(Debug, Clone)]
pub(super) struct JsonFile {
    path: PathBuf,
    tokenizer: tokenizers::Tokenizer,
    /// What its post-processor would put around a text.
    frame: Option<Frame>,
}

impl JsonFile {
    /// Reads `tokenizer.json` in the folder `dir`.
    pub(super) fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let invalid = |source| Error::Tokenizer { path: path.clone(), source };
        let frame = checked(&bytes).map_err(invalid)?;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(bytes).map_err(invalid)?;
        tokenizer.with_padding(None).with_truncation(None).map_err(invalid)?;
        Ok(Self { path, tokenizer, frame })
    }

    /// A tokenizer that comes from no file.
    #[cfg(feature = "tokenizer-training")]
    pub(super) fn new(tokenizer: tokenizers::Tokenizer) -> Self {
        Self { path: FILE.into(), tokenizer, frame: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What stands around a text.
    ///
    /// # Errors
    /// [`Error::Setting`] if it is not one token before it and one behind it.
    pub(super) fn frame(&self) -> Result<Frame, Error> {
        self.frame.ok_or_else(|| Error::Setting {
            path: self.path.clone(),
            key: "post_processor",
            found: "another one, or none".into(),
            expected: "one that puts a token before a text and a token behind it",
        })
    }

    /// Ids of all of `text`.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|source| Error::Text { text: 0, source })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The id of `token` as it stands.
    pub(super) fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// The largest id there is.
    pub(super) fn largest_id(&self) -> u32 {
        self.tokenizer.get_vocab(true).into_values().max().unwrap_or(0)
    }

    /// Every token with its id.
    pub(super) fn tokens(&self) -> Vec<(u32, String)> {
        let tokens = self.tokenizer.get_vocab(true).into_iter();
        tokens.map(|(token, id)| (id, token)).collect()
    }

    /// Writes it to the folder `dir`.
    pub(super) fn save(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        let json = self.tokenizer.to_string(false);
        let json = json.map_err(|source| Error::Tokenizer { path: path.clone(), source })?;
        std::fs::write(&path, json).map_err(|source| Error::io(&path, source))
    }
}

/// Keeps from the crate tokenizers what it ends the thread over: a mistake in the JSON inside a
/// decoder, and a compiled table of SentencePiece's, whose indices it does not check.
fn checked(bytes: &[u8]) -> Result<Option<Frame>, Box<dyn std::error::Error + Send + Sync>> {
    let Entries(entries) = serde_json::from_slice(bytes)?;
    for (_, normalizer) in entries.iter().filter(|(key, _)| key == "normalizer") {
        compiled_table::check_within(normalizer)?;
    }
    let last = entries.iter().rfind(|(key, _)| key == "post_processor");
    Ok(last.and_then(|(_, post_processor)| Frame::of(post_processor)))
}

/// The keys of an object with their values. One that stands twice is here twice, because the crate
/// tokenizers looks at both.
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
