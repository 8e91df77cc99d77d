//! From words to token ids: by the longest pieces in the vocabulary, or by characters.

use std::borrow::Cow;
use std::ops::Range;

use super::normalize::{nfkc, split_white_space};
use super::vocabulary::Vocabulary;
use crate::alignment::Alignment;

/// A word with more characters is unknown as a whole.
const MAX_WORD_CHARS: usize = 100;

/// Where the pieces of a word are collected: their ids alone, or with the bytes of the word that they cover.
pub(super) trait Pieces {
    fn push_piece(&mut self, id: u32, bytes: Range<usize>);
    fn num_pieces(&self) -> usize;
    fn keep_pieces(&mut self, n: usize);
}

impl Pieces for Vec<u32> {
    fn push_piece(&mut self, id: u32, _: Range<usize>) {
        self.push(id);
    }

    fn num_pieces(&self) -> usize {
        self.len()
    }

    fn keep_pieces(&mut self, n: usize) {
        self.truncate(n);
    }
}

impl Pieces for Vec<(u32, Range<usize>)> {
    fn push_piece(&mut self, id: u32, bytes: Range<usize>) {
        self.push((id, bytes));
    }

    fn num_pieces(&self) -> usize {
        self.len()
    }

    fn keep_pieces(&mut self, n: usize) {
        self.truncate(n);
    }
}

/// Appends the pieces of `word` to `pieces`.
///
/// The word is split at white space first. Each part is then covered from its start by the longest possible tokens,
/// all but the first with `##` before them. A part that cannot be covered becomes one `unknown`.
pub(super) fn push_word_pieces(
    vocabulary: &Vocabulary,
    unknown: u32,
    word: &str,
    pieces: &mut impl Pieces,
) {
    for (start, part) in split_white_space(word) {
        let num_pieces = pieces.num_pieces();
        let is_long = part.chars().nth(MAX_WORD_CHARS).is_some();
        if is_long || !push_longest(vocabulary, start, part, pieces) {
            pieces.keep_pieces(num_pieces);
            pieces.push_piece(unknown, start..start + part.len());
        }
    }
}

/// Appends a piece for each character of `word` in NFKC to `pieces`.
pub(super) fn push_characters(
    vocabulary: &Vocabulary,
    unknown: u32,
    word: &str,
    pieces: &mut impl Pieces,
) {
    let mut buffer = [0; 4];
    let mut id = |c: char| vocabulary.id(c.encode_utf8(&mut buffer)).unwrap_or(unknown);
    let bytes = |(start, c): (usize, char)| start..start + c.len_utf8();
    match nfkc(word) {
        Cow::Borrowed(text) => {
            text.char_indices().for_each(|at| pieces.push_piece(id(at.1), bytes(at)));
        }
        Cow::Owned(_) => {
            let (text, alignment) = Alignment::nfkc(word);
            for at in text.char_indices() {
                let bytes = bytes(at);
                pieces.push_piece(id(at.1), alignment.source(&bytes).unwrap_or(bytes));
            }
        }
    }
}

/// Appends the longest tokens that cover `part`, which starts at the byte `start` of its word, to `pieces`, and returns
/// whether they cover it whole.
fn push_longest(
    vocabulary: &Vocabulary,
    start: usize,
    part: &str,
    pieces: &mut impl Pieces,
) -> bool {
    let mut rest = part;
    while !rest.is_empty() {
        let done = part.len() - rest.len();
        let id = |piece: &str| {
            if done == 0 { vocabulary.id(piece) } else { vocabulary.continuation(piece) }
        };
        let Some((id, len)) =
            prefixes(rest, vocabulary.max_len()).find_map(|piece| Some((id(piece)?, piece.len())))
        else {
            return false;
        };
        pieces.push_piece(id, start + done..start + done + len);
        rest = &rest[len..];
    }
    true
}

/// The prefixes of `text` of at most `max_len` bytes, longest first, without the empty one.
fn prefixes(text: &str, max_len: usize) -> impl Iterator<Item = &str> {
    let max_len = text.floor_char_boundary(max_len);
    (1..=max_len).rev().filter_map(|len| text.get(..len))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const UNKNOWN: u32 = 0;

    fn vocabulary() -> Vocabulary {
        let lines = "[UNK]\n\n日\n日本\n##本\n##語\n語\n##本語\na\n##a";
        Vocabulary::parse(Path::new("vocab.txt"), lines).expect("a vocabulary")
    }

    #[test]
    fn pieces_are_the_longest_tokens() {
        let check = |word: &str, expected: &[u32]| {
            let mut ids: Vec<u32> = Vec::new();
            push_word_pieces(&vocabulary(), UNKNOWN, word, &mut ids);
            assert_eq!(ids, expected, "{word}");
        };
        check("日本", &[3]);
        check("日本語", &[3, 5]);
        check("語語", &[6, 5]);
        check("日語本", &[2, 5, 4]);
        check("日本人", &[UNKNOWN]);
        check("本", &[UNKNOWN]);
        check("", &[]);
        check("日\u{85}語\u{1f}", &[2, 6]);
        check("日\u{2028}人", &[2, UNKNOWN]);
        check(&"a".repeat(100), &[vec![8], vec![9; 99]].concat());
        check(&"a".repeat(101), &[UNKNOWN]);
    }

    #[test]
    fn characters_are_tokens_or_unknown() {
        let mut ids: Vec<u32> = Vec::new();
        push_characters(&vocabulary(), UNKNOWN, "日本a\u{ff41} ", &mut ids);
        assert_eq!(ids, [2, UNKNOWN, 8, 8, UNKNOWN]);
    }

    #[test]
    fn pieces_know_their_bytes() {
        let check = |word: &str, expected: &[(u32, Range<usize>)]| {
            let mut pieces: Vec<(u32, Range<usize>)> = Vec::new();
            push_word_pieces(&vocabulary(), UNKNOWN, word, &mut pieces);
            assert_eq!(pieces, expected, "{word:?}");
        };
        check("日本語", &[(3, 0..6), (5, 6..9)]);
        check(" 日本人\u{3000}語", &[(UNKNOWN, 1..10), (6, 13..16)]);
        check("", &[]);
        let mut pieces: Vec<(u32, Range<usize>)> = Vec::new();
        push_characters(&vocabulary(), UNKNOWN, "日㍿", &mut pieces);
        let expected = [0..3, 3..6, 3..6, 3..6, 3..6];
        assert_eq!(pieces.iter().map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn longest_pieces_are_those_of_the_definition() {
        use proptest::prelude::*;
        proptest!(|(word in "[日本語a人]{0,12}")| {
            let mut ids: Vec<u32> = Vec::new();
            push_word_pieces(&vocabulary(), UNKNOWN, &word, &mut ids);
            prop_assert_eq!(ids, defined(&word));
        });
    }

    /// The pieces as the reference finds them: over characters, with `##` before all pieces but the first.
    fn defined(word: &str) -> Vec<u32> {
        let vocabulary = vocabulary();
        let chars: Vec<char> = word.chars().collect();
        let mut ids: Vec<u32> = Vec::new();
        let mut start = 0;
        while start < chars.len() {
            let prefix = if start > 0 { "##" } else { "" };
            let piece = |end: &usize| format!("{prefix}{}", String::from_iter(&chars[start..*end]));
            let end =
                (start + 1..=chars.len()).rev().find(|end| vocabulary.id(&piece(end)).is_some());
            let Some(end) = end else { return vec![UNKNOWN] };
            ids.extend(vocabulary.id(&piece(&end)));
            start = end;
        }
        ids
    }
}
