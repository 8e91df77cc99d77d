//! A dictionary of words, for an analyser.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_core::Checksum;
use jacolbert_tokenizer::JapaneseTokenizer;

use crate::Error;

/// A dictionary of words, with a fingerprint by which collections tell it from others.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_documents::{Analyser, WordDictionary};
///
/// let dictionary = WordDictionary::open(Path::new("checkpoint"), Path::new("unidic_lite/dicdir"))?;
/// let analyser = Analyser::CharactersAndWords(dictionary);
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Clone)]
pub struct WordDictionary {
    tokenizer: Arc<JapaneseTokenizer>,
    fingerprint: u32,
    /// Those of the tokenizer and of the dictionary.
    folders: Option<Arc<(PathBuf, PathBuf)>>,
}

/// Texts that dictionaries cut in different ways: compounds, inflections, names, kana, numbers and symbols.
const PROBES: [&str; 8] = [
    "日本で一番高い山は富士山です。",
    "国立国会図書館関西館の開館時間と休館日を教えてください",
    "すもももももももものうち",
    "食べさせられたくなかったので、走って帰ってきてしまったらしい。",
    "東京都渋谷区神宮前1丁目2番3号（２０２０年12月31日）",
    "ﾊﾟｰｿﾅﾙｺﾝﾋﾟｭｰﾀｰとスマートフォンのどちらを買おうか迷っている",
    "iPhoneのOSをVersion 17.2へUpgradeした",
    "外国人参政権、くるまでまつ、𠮷野家の牛丼、はしをわたる",
];

impl WordDictionary {
    /// The words of the dictionary in the folder `dictionary`, as the tokenizer in the folder `tokenizer` finds them: a
    /// checkpoint with `vocab.txt` and a `tokenizer_config.json` that names `BertJapaneseTokenizer`. A collection
    /// remembers the folders and opens them again.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if a file is missing, damaged or of another tokenizer; [`Error::Io`] if the present folder
    /// of the process is gone.
    pub fn open(tokenizer: &Path, dictionary: &Path) -> Result<Self, Error> {
        let whole =
            |path: &Path| std::path::absolute(path).map_err(|source| Error::io(path, source));
        let folders = (whole(tokenizer)?, whole(dictionary)?);
        let tokenizer = JapaneseTokenizer::from_dir(&folders.0, &folders.1)?;
        Ok(Self { folders: Some(Arc::new(folders)), ..Self::new(Arc::new(tokenizer))? })
    }

    /// The words of `tokenizer`, of which no folder is known. A collection with such words opens without them.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if the dictionary cannot be read.
    pub fn new(tokenizer: Arc<JapaneseTokenizer>) -> Result<Self, Error> {
        let mut checksum = Checksum::default();
        for probe in PROBES {
            let words = tokenizer.words(probe)?;
            checksum.number(words.len() as u64);
            words.iter().for_each(|word| checksum.text(word));
        }
        Ok(Self { tokenizer, fingerprint: checksum.finish(), folders: None })
    }

    /// The checksum of the words that the dictionary finds in some Japanese texts, in 8 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        format!("{:08x}", self.fingerprint)
    }

    /// The folders of the tokenizer and of the dictionary, if they are known.
    pub fn folders(&self) -> Option<(&Path, &Path)> {
        self.folders.as_ref().map(|folders| (folders.0.as_path(), folders.1.as_path()))
    }

    /// The words of `text` that have a letter or a digit. As with runs of characters, punctuation is no term.
    pub(super) fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut words = self.tokenizer.words(text)?;
        words.retain(|word| word.chars().any(char::is_alphanumeric));
        Ok(words)
    }
}

impl fmt::Debug for WordDictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordDictionary")
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}
