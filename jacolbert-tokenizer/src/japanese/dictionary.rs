//! A compiled MeCab dictionary: words, unknown-word entries, connection costs and character
//! categories.

use std::path::{Path, PathBuf};

use super::char_table::{CharInfo, CharTable};
use super::connection_matrix::{ConnectionMatrix, Row};
use super::dictionary_fault::DictionaryFault;
use super::dictionary_file::DictionaryFile;
use super::dictionary_identity::identify;
use super::dictionary_kind::DictionaryKind;
use super::word_file::{Kind, Token, WordFile};
use crate::Error;

const SYSTEM_WORDS: &str = "sys.dic";
const UNKNOWN_WORDS: &str = "unk.dic";
const MATRIX: &str = "matrix.bin";
const CHARACTERS: &str = "char.bin";
const FILES: [&str; 4] = [SYSTEM_WORDS, UNKNOWN_WORDS, MATRIX, CHARACTERS];

/// A compiled MeCab dictionary in UTF-8, such as the one in PyPI's `unidic-lite`.
///
/// The words and the connection costs stay in memory maps, of which texts read what they need. Of the feature strings only
/// the first is read, to tell which dictionary it is.
#[derive(Debug)]
pub struct Dictionary {
    folder: PathBuf,
    kind: Option<DictionaryKind>,
    words: WordFile,
    matrix: ConnectionMatrix,
    characters: CharTable,
    /// The unknown-word entries of each category.
    unknown: Vec<Vec<Token>>,
}

impl Dictionary {
    /// Opens the dictionary in `folder`: `sys.dic`, `unk.dic`, `matrix.bin` and `char.bin`.
    ///
    /// The files must not be shortened while the dictionary is in use: the system ends a process that reads a mapped
    /// page that no longer exists.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Dictionary`], which names the absent files, or the invalid field of a file.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        check_files(folder)?;
        let words = WordFile::open(folder.join(SYSTEM_WORDS), Kind::System)?;
        let unknown_words = WordFile::open(folder.join(UNKNOWN_WORDS), Kind::Unknown)?;
        let matrix = ConnectionMatrix::open(folder.join(MATRIX))?;
        matrix.check(&words)?;
        matrix.check(&unknown_words)?;
        let characters = CharTable::open(folder.join(CHARACTERS))?;
        let unknown = unknown_entries(&unknown_words, &characters, &matrix)?;
        let kind = identify(folder, &words)?;
        Ok(Self { folder: folder.to_path_buf(), kind, words, matrix, characters, unknown })
    }

    /// The folder that the dictionary was opened from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Which of the well-known dictionaries it is, `None` for any other.
    ///
    /// The number of features of a word decides, in `sys.dic` or else in `dicrc`. A dictionary that was made from a
    /// well-known one by adding words, such as NEologd from ipadic, cannot be told from it.
    pub fn kind(&self) -> Option<DictionaryKind> {
        self.kind
    }

    /// Calls `each` with the length in bytes and the token of every word at the start of `text`: shorter surfaces first,
    /// the tokens of a surface in the dictionary's order.
    ///
    /// # Errors
    /// [`DictionaryFault::Payload`] for an index outside of the file or the matrix.
    #[inline]
    pub(super) fn each_word(
        &self,
        text: &[u8],
        mut each: impl FnMut(usize, Token),
    ) -> Result<(), Error> {
        for found in self.words.prefixes(text) {
            for token in self.words.tokens(found.value)? {
                check_ids(self.words.file(), &self.matrix, token)?;
                each(found.len, token);
            }
        }
        Ok(())
    }

    /// The unknown-word entries for a word that begins with a character of the entry `info`.
    #[inline]
    pub(super) fn unknown_tokens(&self, info: CharInfo) -> &[Token] {
        let category = usize::from(info.default_category());
        self.unknown.get(category).map_or(&[], Vec::as_slice)
    }

    /// The entry of a character.
    #[inline]
    pub(super) fn char_info(&self, character: char) -> CharInfo {
        self.characters.info(character)
    }

    /// The connection costs before a word with this left id.
    #[inline]
    pub(super) fn connections(&self, left_id: u16) -> Row<'_> {
        self.matrix.row(left_id)
    }
}

fn check_files(folder: &Path) -> Result<(), Error> {
    let missing: Vec<_> = FILES.into_iter().filter(|name| !folder.join(name).is_file()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Dictionary {
        path: folder.into(),
        fault: DictionaryFault::NotADictionary { missing },
    })
}

fn unknown_entries(
    words: &WordFile,
    characters: &CharTable,
    matrix: &ConnectionMatrix,
) -> Result<Vec<Vec<Token>>, Error> {
    let entries = |category: &String| {
        let value = words.exact(category.as_bytes()).unwrap_or_default();
        let tokens: Vec<_> = words.tokens(value)?.collect();
        if tokens.is_empty() {
            let category = category.clone();
            return Err(words.file().fault(DictionaryFault::Category { category }));
        }
        tokens.iter().try_for_each(|token| check_ids(words.file(), matrix, *token))?;
        Ok(tokens)
    };
    characters.categories().iter().map(entries).collect()
}

#[inline]
fn check_ids(file: &DictionaryFile, matrix: &ConnectionMatrix, token: Token) -> Result<(), Error> {
    if token.left_id >= matrix.right_size() {
        return Err(file.payload("left id", token.left_id.into(), matrix.right_size().into()));
    }
    if token.right_id >= matrix.left_size() {
        return Err(file.payload("right id", token.right_id.into(), matrix.left_size().into()));
    }
    Ok(())
}
