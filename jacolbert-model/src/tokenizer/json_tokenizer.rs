//! Text to ids by a `tokenizer.json` with the special tokens of a BERT.

use std::path::Path;

use super::SpecialTokens;
use super::japanese::SETTINGS;
use super::json_file::JsonFile;
use super::text_tokenizer::TextTokenizer;
use crate::Error;

/// A `tokenizer.json` in which a ColBERT's special tokens have the names of BERT's.
#[derive(Debug, Clone)]
pub(super) struct JsonTokenizer {
    file: JsonFile,
    special: SpecialTokens,
    /// `tokenizer_config.json`, if there is one; it says to other libraries what is special.
    settings: Option<Vec<u8>>,
}

impl JsonTokenizer {
    /// Reads `tokenizer.json` in the folder `dir`.
    pub(super) fn open(dir: &Path) -> Result<Self, Error> {
        let file = JsonFile::open(dir)?;
        let special = special_tokens(&file)?;
        Ok(Self { file, special, settings: read_if_there(&dir.join(SETTINGS))? })
    }

    /// A tokenizer that comes from no file.
    #[cfg(feature = "tokenizer-training")]
    pub(super) fn new(tokenizer: tokenizers::Tokenizer) -> Result<Self, Error> {
        let file = JsonFile::new(tokenizer);
        let special = special_tokens(&file)?;
        let settings = serde_json::json!({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        });
        Ok(Self { file, special, settings: Some(format!("{settings:#}\n").into()) })
    }
}

impl TextTokenizer for JsonTokenizer {
    fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        self.file.ids(text)
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.file.id(token)
    }

    fn special_tokens(&self) -> SpecialTokens {
        self.special
    }

    fn largest_id(&self) -> u32 {
        self.file.largest_id()
    }

    fn tokens(&self) -> Vec<(u32, String)> {
        self.file.tokens()
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn save(&self, dir: &Path) -> Result<(), Error> {
        self.file.save(dir)?;
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

fn special_tokens(file: &JsonFile) -> Result<SpecialTokens, Error> {
    let id = |token: &str| {
        let missing = || Error::MissingToken { path: file.path().into(), token: token.into() };
        file.id(token).ok_or_else(missing)
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
