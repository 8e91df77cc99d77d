//! Splitting of long documents at the ends of sentences.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How a document becomes passages.
///
/// ```
/// use jacolbert_documents::Splitting;
///
/// let splitting: Splitting = serde_json::from_str(r#"{"Sentences":{"max_tokens":200,"overlap":20}}"#)?;
/// assert_eq!(splitting, Splitting::Sentences { max_tokens: 200, overlap: 20 });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Splitting {
    /// One passage per document. The encoder cuts a text that is too long for it, and reports that.
    Whole,
    /// As many whole sentences per passage as fit. A sentence that is too long by itself is cut
    /// between characters. Every character of a document is in at least one of its passages.
    Sentences {
        /// Maximum number of tokens of a passage without markers, from 1; clipped to what the encoder
        /// takes. Longer passages mean fewer, larger hits and more time per passage in the model.
        max_tokens: usize,
        /// Maximum number of tokens that two neighbours share: the last sentences of one passage begin
        /// the next. More overlap keeps more context and makes the index larger. Anything above half of
        /// `max_tokens` counts as half of it, so that a document of many sentences has at most about twice as
        /// many passages as without overlap.
        overlap: usize,
    },
}

impl Default for Splitting {
    /// Passages of up to 250 tokens that share up to 50.
    fn default() -> Self {
        Self::Sentences { max_tokens: 250, overlap: 50 }
    }
}

impl Splitting {
    /// The same splitting, with at most `limit` tokens per passage. [`Whole`](Self::Whole) stays as it
    /// is.
    pub fn clipped(self, limit: usize) -> Self {
        match self {
            Self::Whole => Self::Whole,
            Self::Sentences { max_tokens, overlap } => {
                Self::Sentences { max_tokens: max_tokens.clamp(1, limit.max(1)), overlap }
            }
        }
    }

    /// The passages of `text`, of which there is at least one. `num_tokens` counts the tokens of a
    /// part of it.
    ///
    /// # Errors
    /// The first error of `num_tokens`.
    pub fn split<'t, E>(
        &self,
        text: &'t str,
        num_tokens: impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<&'t str>, E> {
        let ranges = self.ranges(text, num_tokens)?;
        Ok(ranges.into_iter().map(|range| &text[range]).collect())
    }

    /// The byte ranges of the passages of `text`; see [`split`](Self::split).
    ///
    /// # Errors
    /// The first error of `num_tokens`.
    pub fn ranges<E>(
        &self,
        text: &str,
        num_tokens: impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<Range<usize>>, E> {
        match *self {
            Self::Sentences { max_tokens, overlap } if num_tokens(text)? > max_tokens => {
                let max_tokens = max_tokens.max(1);
                let overlap = overlap.min(max_tokens / 2);
                Ok(pack(&pieces(text, max_tokens, &num_tokens)?, max_tokens, overlap))
            }
            _ => {
                let whole = 0..text.len();
                Ok(vec![whole])
            }
        }
    }
}

/// A part of a text and its number of tokens.
struct Piece {
    range: Range<usize>,
    num_tokens: usize,
}

/// The sentences of `text`; those that are too long are halved until their parts fit.
fn pieces<E>(
    text: &str,
    max_tokens: usize,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<Vec<Piece>, E> {
    let mut pieces = Vec::new();
    let mut open: Vec<_> = sentences(text).into_iter().rev().collect();
    while let Some(range) = open.pop() {
        let part = &text[range.clone()];
        let count = num_tokens(part)?;
        match middle(part).filter(|_| count > max_tokens) {
            Some(half) => {
                let half = range.start + half;
                open.extend([half..range.end, range.start..half]);
            }
            None => pieces.push(Piece { range, num_tokens: count }),
        }
    }
    Ok(pieces)
}

/// The byte position of the character in the middle; `None` if there is nothing to cut.
fn middle(text: &str) -> Option<usize> {
    let num_chars = text.chars().count();
    let (position, _) = text.char_indices().nth(num_chars / 2)?;
    (position > 0).then_some(position)
}

/// The ranges of the sentences of `text`, without gaps.
///
/// A sentence ends after a line feed, or after 。！？ (or their half-width or ASCII forms at the end of a
/// word) and the closing brackets that follow.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let next = chars.peek().map(|&(_, next)| next);
        if !ends_sentence(c, next) {
            continue;
        }
        while let Some(&(at, c)) = chars.peek().filter(|&&(_, c)| closes(c) || full_stop(c)) {
            end = at + c.len_utf8();
            chars.next();
        }
        ranges.push(start..end);
        start = end;
    }
    if start < text.len() || ranges.is_empty() {
        ranges.push(start..text.len());
    }
    ranges
}

fn ends_sentence(c: char, next: Option<char>) -> bool {
    match c {
        '\n' => true,
        '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
        _ => full_stop(c),
    }
}

fn full_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '．' | '｡')
}

fn closes(c: char) -> bool {
    matches!(c, '」' | '』' | '）' | ')' | '】' | '〉' | '》' | '”' | '"' | '］' | '｣')
}

fn pack(pieces: &[Piece], max_tokens: usize, overlap: usize) -> Vec<Range<usize>> {
    let mut passages = Vec::new();
    let mut first = 0;
    while first < pieces.len() {
        let last = last_that_fits(pieces, first, max_tokens);
        passages.push(pieces[first].range.start..pieces[last].range.end);
        if last + 1 == pieces.len() {
            break;
        }
        let room = max_tokens.saturating_sub(pieces[last + 1].num_tokens);
        first = next_start(pieces, first, last, overlap.min(room));
    }
    passages
}

fn last_that_fits(pieces: &[Piece], first: usize, max_tokens: usize) -> usize {
    let mut total = pieces[first].num_tokens;
    let mut last = first;
    while let Some(piece) = pieces.get(last + 1) {
        total += piece.num_tokens;
        if total > max_tokens {
            break;
        }
        last += 1;
    }
    last
}

/// The first piece of the next passage: after `first`, and at most `overlap` tokens before the end
/// of `last`.
fn next_start(pieces: &[Piece], first: usize, last: usize, overlap: usize) -> usize {
    let mut start = last + 1;
    let mut shared = 0;
    while start > first + 1 && shared + pieces[start - 1].num_tokens <= overlap {
        start -= 1;
        shared += pieces[start].num_tokens;
    }
    start
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn num_chars(text: &str) -> Result<usize, Infallible> {
        Ok(text.chars().count())
    }

    fn split(text: &str, max_tokens: usize, overlap: usize) -> Vec<&str> {
        let Ok(passages) = Splitting::Sentences { max_tokens, overlap }.split(text, num_chars);
        passages
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let check = |text: &str, expected: &[&str]| {
            let sentences: Vec<&str> = sentences(text).into_iter().map(|r| &text[r]).collect();
            assert_eq!(sentences, expected);
        };
        check("", &[""]);
        check("一つ。二つ！三つ", &["一つ。", "二つ！", "三つ"]);
        check("「行こう。」と言った。", &["「行こう。」", "と言った。"]);
        check("円周率は3.14だ。So it is. 終", &["円周率は3.14だ。", "So it is.", " 終"]);
        check("なんと！？\n次", &["なんと！？", "\n", "次"]);
    }

    #[test]
    fn short_documents_stay_whole() {
        assert_eq!(split("一つ。二つ。", 6, 2), ["一つ。二つ。"]);
        assert_eq!(split("", 6, 2), [""]);
        let many = |_: &str| Ok::<_, Infallible>(1_000);
        assert_eq!(Splitting::Whole.split("一つ。二つ。", many), Ok(vec!["一つ。二つ。"]));
    }

    #[test]
    fn neighbours_share_whole_sentences() {
        assert_eq!(
            split("あい。うえ。おか。きく。", 6, 3),
            ["あい。うえ。", "うえ。おか。", "おか。きく。"]
        );
        assert_eq!(split("あい。うえ。おか。きく。", 6, 2), ["あい。うえ。", "おか。きく。"]);
    }

    #[test]
    fn an_overlap_above_half_of_a_passage_counts_as_half() {
        let text = "あ。".repeat(50);
        let half = split(&text, 20, 10);
        assert_eq!(half.len(), 9);
        for overlap in [11, 19, 20, 1_000] {
            assert_eq!(split(&text, 20, overlap), half, "{overlap}");
        }
    }

    #[test]
    fn an_error_of_the_count_is_returned() {
        let fails_on_parts = |text: &str| if text.len() > 9 { Ok(9) } else { Err("no count") };
        let splitting = Splitting::Sentences { max_tokens: 3, overlap: 0 };
        assert_eq!(splitting.split("一つ。二つ。", fails_on_parts), Err("no count"));
    }

    proptest! {
        #[test]
        fn passages_fit_and_cover_every_character_in_order(
            text in "[あ-お。！\n a.」𠮷]{0,80}",
            max_tokens in 1usize..20,
            overlap in 0usize..30,
        ) {
            let passages = split(&text, max_tokens, overlap);
            let start = |passage: &str| passage.as_ptr() as usize - text.as_ptr() as usize;
            let mut covered = 0;
            for passage in &passages {
                prop_assert!(passage.chars().count() <= max_tokens);
                prop_assert!(start(passage) <= covered);
                prop_assert!(start(passage) + passage.len() > covered || text.is_empty());
                covered = start(passage) + passage.len();
            }
            prop_assert_eq!(covered, text.len());
        }

        #[test]
        fn any_text_of_any_script_can_be_split(text in ".{0,60}", max_tokens in 0usize..9) {
            prop_assert!(!split(&text, max_tokens, 3).is_empty());
        }
    }
}
