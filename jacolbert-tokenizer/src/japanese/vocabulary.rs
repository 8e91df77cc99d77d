//! `vocab.txt`: one token on each line, whose id is the number of the line from 0.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jacolbert_core::WrongFile;

use crate::Error;

const CONTINUATION: &str = "##";

/// The tokens of a model and their ids.
///
/// An empty line is a token too; the vocabulary of the JaColBERT family has one on line 16.
#[derive(Debug)]
pub struct Vocabulary {
    path: PathBuf,
    ids: HashMap<Box<str>, u32>,
    /// The tokens that continue a word, without `##`.
    continuations: HashMap<Box<str>, u32>,
    /// Bytes in the longest token.
    max_len: usize,
    /// The tokens in the order of their ids, once somebody asks for one.
    tokens: OnceLock<Vec<Box<str>>>,
}

impl Vocabulary {
    /// Reads the vocabulary in the file at `path`. Lines end as Python's do: `\n`, `\r\n` or `\r`. A byte order mark
    /// is no part of the first token.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::WrongFile`] if the file is no text in UTF-8, [`Error::DuplicateToken`] if two lines
    /// are the same.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let text = WrongFile::text(&bytes).map_err(|what| Error::wrong_file(path, what))?;
        Self::parse(path, text)
    }

    /// The vocabulary with a token on each line of `text`, which was read from `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines = without_repeated_blanks(text.strip_suffix('\n').unwrap_or(&text)).split('\n');
        let lines = lines.take(if text.is_empty() { 0 } else { usize::MAX });
        let mut ids: HashMap<Box<str>, u32> = HashMap::new();
        for (id, token) in (0..u32::MAX).zip(lines) {
            if let Some(first) = ids.insert(Box::from(token), id) {
                return Err(duplicate(path, token, first, id));
            }
        }
        let max_len = ids.keys().map(|token| token.len()).max().unwrap_or_default();
        let continuations = continuations(&ids);
        Ok(Self { path: path.into(), ids, continuations, max_len, tokens: OnceLock::new() })
    }

    /// Writes the vocabulary to the file at `path`.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let mut tokens: Vec<(u32, &str)> = self.tokens().collect();
        tokens.sort_unstable();
        let lines: String = tokens.iter().flat_map(|(_, token)| [token, "\n"]).collect();
        std::fs::write(path, lines).map_err(|source| Error::io(path, source))
    }

    /// The id of `token`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.ids.get(token).copied()
    }

    /// The token with the id `id`.
    pub fn token(&self, id: u32) -> Option<&str> {
        let tokens = self.tokens.get_or_init(|| {
            let mut tokens: Vec<(&Box<str>, &u32)> = self.ids.iter().collect();
            tokens.sort_unstable_by_key(|(_, id)| **id);
            tokens.into_iter().map(|(token, _)| token.clone()).collect()
        });
        tokens.get(id as usize).map(AsRef::as_ref)
    }

    /// Every token with its id, in no order.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (u32, &str)> {
        self.ids.iter().map(|(token, id)| (*id, &**token))
    }

    /// The file that the vocabulary was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of tokens.
    pub fn num_tokens(&self) -> usize {
        self.ids.len()
    }

    /// The id of the token `##part`, which continues a word.
    pub(super) fn continuation(&self, part: &str) -> Option<u32> {
        self.continuations.get(part).copied()
    }

    /// Bytes in the longest token.
    pub(super) fn max_len(&self) -> usize {
        self.max_len
    }

    /// The id of a token that must be there.
    pub(super) fn required_id(&self, token: &str) -> Result<u32, Error> {
        let missing = || Error::MissingToken { path: self.path.clone(), token: token.into() };
        self.id(token).ok_or_else(missing)
    }
}

/// `text` without blank lines at its end that repeat an earlier one: an editor left them, and no text has an empty token.
fn without_repeated_blanks(text: &str) -> &str {
    let end = text.trim_end_matches('\n');
    match text.len() - end.len() {
        0 => text,
        _ if end.is_empty() || end.contains("\n\n") || end.starts_with('\n') => end,
        _ => &text[..end.len() + 1],
    }
}

fn continuations(ids: &HashMap<Box<str>, u32>) -> HashMap<Box<str>, u32> {
    let part = |token: &str| token.strip_prefix(CONTINUATION).map(Box::from);
    ids.iter().filter_map(|(token, id)| Some((part(token)?, *id))).collect()
}

fn duplicate(path: &Path, token: &str, first: u32, second: u32) -> Error {
    let lines = [first as usize + 1, second as usize + 1];
    Error::DuplicateToken { path: path.into(), token: token.into(), lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(text: &str) -> Result<Vocabulary, Error> {
        Vocabulary::parse(Path::new("vocab.txt"), text)
    }

    #[test]
    fn an_empty_line_is_a_token() {
        let vocabulary = vocabulary("a\n\nb").expect("a vocabulary");
        assert_eq!(["a", "", "b"].map(|token| vocabulary.id(token)), [0, 1, 2].map(Some));
        assert_eq!([0, 1, 2].map(|id| vocabulary.token(id)), ["a", "", "b"].map(Some));
        assert_eq!(vocabulary.token(3), None);
        assert_eq!(vocabulary.num_tokens(), 3);
    }

    #[test]
    fn lines_end_as_pythons_do() {
        let check = |text: &str, expected: usize| {
            let vocabulary = vocabulary(text).expect("a vocabulary");
            assert_eq!(vocabulary.num_tokens(), expected, "{text:?}");
        };
        check("", 0);
        check("\n", 1);
        check("a", 1);
        check("a\nb\n", 2);
        check("a\r\nb\rc", 3);
        check("a\u{2028}b\u{85}c", 1);
        check("a\n\n", 2);
        check("a\n\n\n\n", 2);
        check("a\n\nb\n\n\n", 3);
        check("\na\n\n", 2);
        check("\n\n", 1);
    }

    #[test]
    fn a_token_on_two_lines_is_an_error() {
        let error = vocabulary("a\nb\na\n").expect_err("two lines");
        assert!(
            matches!(error, Error::DuplicateToken { token, lines: [1, 3], .. } if token == "a")
        );
    }
}
