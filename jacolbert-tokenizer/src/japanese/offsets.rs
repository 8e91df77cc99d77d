//! Where the tokens of a text lie in it.

use std::ops::Range;

use super::JapaneseTokenizer;
use super::added_tokens::Piece;
use crate::Error;
use crate::alignment::Alignment;

impl JapaneseTokenizer {
    /// Where in `text` each token lies that [`encode`](Self::encode) returns, as a range of bytes; see
    /// [`TextTokenizer::offsets`](crate::TextTokenizer::offsets). If lowercasing gives a word more or fewer characters, its
    /// pieces have the range of the word.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn offsets(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        let mut offsets = Vec::new();
        let mut start = 0;
        for piece in self.added.pieces(text) {
            match piece {
                Piece::Token(token, _) => {
                    offsets.push(Some(start..start + token.len()));
                    start += token.len();
                }
                Piece::Text(text) => {
                    let moved = |range: Range<usize>| start + range.start..start + range.end;
                    let found = self.offsets_of_words(text)?.into_iter();
                    offsets.extend(found.map(|range| range.map(moved)));
                    start += text.len();
                }
            }
        }
        Ok(offsets)
    }

    /// The place of each token of `text`, which has no added tokens.
    fn offsets_of_words(&self, text: &str) -> Result<Vec<Option<Range<usize>>>, Error> {
        let normalized = if self.options.normalize { Some(Alignment::nfkc(text)) } else { None };
        let (text, alignment) = match &normalized {
            Some((normalized, alignment)) => (normalized.as_str(), Some(alignment)),
            None => (text, None),
        };
        let mut offsets = Vec::new();
        self.each_word(text, |range, word| {
            let mut pieces: Vec<(u32, Range<usize>)> = Vec::new();
            self.push_pieces(word, &mut pieces);
            for (_, bytes) in pieces {
                let bytes = bytes_before_casing(&text[range.clone()], word, bytes);
                let bytes = range.start + bytes.start..range.start + bytes.end;
                offsets.push(alignment.map_or(Some(bytes.clone()), |found| found.source(&bytes)));
            }
        })?;
        Ok(offsets)
    }
}

/// The bytes of `word` that became the bytes `range` of `cased`: character by character, or the whole word if their
/// numbers differ.
fn bytes_before_casing(word: &str, cased: &str, range: Range<usize>) -> Range<usize> {
    let num_chars = cased.chars().count();
    if word == cased || word.chars().count() != num_chars {
        return if word == cased { range } else { 0..word.len() };
    }
    let byte = |at: usize| {
        let place = cased[..at].chars().count();
        word.char_indices().nth(place).map_or(word.len(), |(start, _)| start)
    };
    byte(range.start)..byte(range.end)
}
