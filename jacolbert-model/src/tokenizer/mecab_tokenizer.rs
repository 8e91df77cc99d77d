//! Text to ids by a `vocab.txt` and a MeCab dictionary.

use std::path::{Path, PathBuf};

use super::japanese::{Dictionary, JapaneseTokenizer, SpecialTokens};
use super::text_tokenizer::TextTokenizer;
use super::{japanese, json_file};
use crate::Error;
use crate::config::Keys;

/// The tokenizer of a folder, and what it takes to write that folder again.
#[derive(Debug)]
pub(super) struct MecabTokenizer {
    path: PathBuf,
    tokenizer: JapaneseTokenizer,
    /// `tokenizer_config.json` as it was.
    settings: Vec<u8>,
}

impl MecabTokenizer {
    /// Whether the checkpoint in the folder `dir` reads text in this way: its
    /// `tokenizer_config.json` names the class, or has an option that no other class has, and no
    /// `tokenizer.json` stands in for an absent `vocab.txt`.
    pub(super) fn serves(dir: &Path) -> Result<bool, Error> {
        let settings = dir.join(japanese::SETTINGS);
        if !settings.is_file() {
            return Ok(false);
        }
        let keys = Keys::open(&settings)?;
        let is_ours = |class: &str| Some(class == "BertJapaneseTokenizer");
        let is_japanese = match keys.word_if_given("tokenizer_class", "a word", is_ours)? {
            Some(is_ours) => is_ours,
            None => keys.convert("word_tokenizer_type", "a word", |_| Some(()))?.is_some(),
        };
        let has = |file: &str| dir.join(file).is_file();
        Ok(is_japanese && (has(japanese::VOCABULARY) || !has(json_file::FILE)))
    }

    /// Reads `vocab.txt` and `tokenizer_config.json` in the folder `dir`, and the dictionary in the
    /// folder `dictionary`, without which there is an error that says where to get it.
    pub(super) fn open(dir: &Path, dictionary: Option<&Path>) -> Result<Self, Error> {
        let path = dir.join(japanese::SETTINGS);
        let Some(dictionary) = dictionary else {
            return Err(Error::NeedsDictionary { name: dictionary_name(&path)?, path });
        };
        let tokenizer = JapaneseTokenizer::open(dir, Dictionary::open(dictionary)?)?;
        let settings = std::fs::read(&path).map_err(|source| Error::io(&path, source))?;
        Ok(Self { path: dir.join(japanese::VOCABULARY), tokenizer, settings })
    }
}

impl TextTokenizer for MecabTokenizer {
    fn ids(&self, text: &str) -> Result<Vec<u32>, Error> {
        self.tokenizer.ids(text)
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.id(token)
    }

    fn special_tokens(&self) -> SpecialTokens {
        self.tokenizer.special_tokens()
    }

    fn largest_id(&self) -> u32 {
        self.tokenizer.largest_id()
    }

    fn tokens(&self) -> Vec<(u32, String)> {
        self.tokenizer.tokens().map(|(id, token)| (id, token.to_owned())).collect()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn save(&self, dir: &Path) -> Result<(), Error> {
        self.tokenizer.vocabulary().save(&dir.join(japanese::VOCABULARY))?;
        let path = dir.join(japanese::SETTINGS);
        std::fs::write(&path, &self.settings).map_err(|source| Error::io(&path, source))
    }
}

/// The name of the dictionary's package, as the settings at `path` give it.
fn dictionary_name(path: &Path) -> Result<String, Error> {
    let name = match Keys::open(path)?.object_if_given("mecab_kwargs")? {
        Some(mecab) => mecab.word_if_given("mecab_dic", "a word", |name| Some(name.to_owned()))?,
        None => None,
    };
    Ok(name.unwrap_or_else(|| "unidic_lite".to_owned()))
}
