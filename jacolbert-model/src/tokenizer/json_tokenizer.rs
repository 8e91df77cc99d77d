//! Text to ids by a `tokenizer.json`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::SpecialTokens;
use super::japanese::SETTINGS;
use super::text_tokenizer::TextTokenizer;
use crate::Error;

/// The file's name in a checkpoint's folder.
pub(super) const FILE: &str = "tokenizer.json";

/// A Hugging Face tokenizer, without its own framing, truncation and padding.
#[derive(Debug, Clone)]
pub(super) struct JsonTokenizer {
    path: PathBuf,
    tokenizer: tokenizers::Tokenizer,
    special: SpecialTokens,
    /// `tokenizer_config.json`, if there is one; it says to other libraries what is special.
    settings: Option<Vec<u8>>,
}

impl JsonTokenizer {
    /// Reads `tokenizer.json` in the folder `dir`.
    pub(super) fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let bytes = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
        let invalid = |source| Error::Tokenizer { path: path.clone(), source };
        check_json(&bytes, &path)?;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(bytes).map_err(invalid)?;
        tokenizer.with_padding(None).with_truncation(None).map_err(invalid)?;
        let special = special_tokens(&tokenizer, &path)?;
        Ok(Self { path, tokenizer, special, settings: read_if_there(&dir.join(SETTINGS))? })
    }

    /// A tokenizer that comes from no file.
    pub(super) fn new(tokenizer: tokenizers::Tokenizer) -> Result<Self, Error> {
        let path = PathBuf::from(FILE);
        let special = special_tokens(&tokenizer, &path)?;
        let settings = json!({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        });
        Ok(Self { path, tokenizer, special, settings: Some(format!("{settings:#}\n").into()) })
    }
}

impl TextTokenizer for JsonTokenizer {
    fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|source| Error::Text { text: 0, source })?;
        Ok(encoding.get_ids().to_vec())
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    fn special_tokens(&self) -> SpecialTokens {
        self.special
    }

    fn largest_id(&self) -> u32 {
        self.tokenizer.get_vocab(true).into_values().max().unwrap_or(0)
    }

    fn tokens(&self) -> Vec<(u32, String)> {
        let tokens = self.tokenizer.get_vocab(true).into_iter();
        tokens.map(|(token, id)| (id, token)).collect()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn save(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        let json = self.tokenizer.to_string(false);
        let json = json.map_err(|source| Error::Tokenizer { path: path.clone(), source })?;
        std::fs::write(&path, json).map_err(|source| Error::io(&path, source))?;
        let Some(settings) = &self.settings else { return Ok(()) };
        let path = dir.join(SETTINGS);
        std::fs::write(&path, settings).map_err(|source| Error::io(&path, source))
    }
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    Ok(Some(std::fs::read(path).map_err(|source| Error::io(path, source))?))
}

/// Keeps from the crate tokenizers what it ends the thread over: a mistake in the JSON inside a
/// decoder, and a compiled table of SentencePiece's, whose indices it does not check.
fn check_json(bytes: &[u8], path: &Path) -> Result<(), Error> {
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|source| Error::Tokenizer { path: path.into(), source: source.into() })?;
    if json.get("normalizer").is_some_and(has_compiled_table) {
        return Err(Error::Setting {
            path: path.into(),
            key: "normalizer",
            found: "Precompiled".into(),
            expected: "one whose rules the file spells out",
        });
    }
    Ok(())
}

fn has_compiled_table(normalizer: &Value) -> bool {
    match normalizer {
        Value::Object(keys) => {
            let is_named = keys.get("type").is_some_and(|class| class == "Precompiled");
            is_named
                || keys.contains_key("precompiled_charsmap")
                || keys.values().any(has_compiled_table)
        }
        Value::Array(several) => several.iter().any(has_compiled_table),
        _ => false,
    }
}

fn special_tokens(tokenizer: &tokenizers::Tokenizer, path: &Path) -> Result<SpecialTokens, Error> {
    let id = |token: &str| {
        let missing = || Error::MissingToken { path: path.into(), token: token.into() };
        tokenizer.token_to_id(token).ok_or_else(missing)
    };
    Ok(SpecialTokens {
        pad: id("[PAD]")?,
        // Not inserted by us, but a tokenizer that meets an unknown word fails without it.
        unknown: id("[UNK]")?,
        class: id("[CLS]")?,
        separator: id("[SEP]")?,
        mask: id("[MASK]")?,
    })
}
