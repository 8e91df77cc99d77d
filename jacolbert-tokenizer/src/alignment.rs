//! Where the parts of a changed text lie in the text that it was made from.

use std::iter::once;
use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::ignorable::is_ignorable;

/// Where the parts of a changed text lie in the text that it was made from.
#[derive(Debug, Default)]
pub(crate) struct Alignment {
    /// In the order of the text; they cover it.
    parts: Vec<Part>,
    /// Bytes of the changed text.
    len: usize,
}

/// A part of a changed text, which ends where the next one starts.
#[derive(Debug)]
struct Part {
    start: usize,
    source: Range<usize>,
}

impl Alignment {
    /// `text` without default-ignorable characters. Such a character belongs to the one before it.
    pub(crate) fn without_ignorable(text: &str) -> (String, Self) {
        let mut changed = String::with_capacity(text.len());
        let mut alignment = Self::default();
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            if !is_ignorable(character) {
                changed.push(character);
                alignment.push(character.len_utf8(), start..end);
            } else if let Some(last) = alignment.parts.last_mut() {
                last.source.end = end;
            }
        }
        (changed, alignment)
    }

    /// `text` in NFKC.
    pub(crate) fn nfkc(text: &str) -> (String, Self) {
        let mut changed = String::with_capacity(text.len());
        let mut alignment = Self::default();
        for source in segments(text) {
            let before = changed.len();
            changed.extend(text[source.clone()].nfkc());
            alignment.push(changed.len() - before, source);
        }
        (changed, alignment)
    }

    /// Where the bytes `range` of the changed text come from; none if there are none.
    pub(crate) fn source(&self, range: &Range<usize>) -> Option<Range<usize>> {
        if range.is_empty() || range.end > self.len {
            return None;
        }
        let part = |byte: usize| {
            let after = self.parts.partition_point(|part| part.start <= byte);
            self.parts.get(after.checked_sub(1)?).map(|part| &part.source)
        };
        Some(part(range.start)?.start..part(range.end - 1)?.end)
    }

    /// Adds a part of `len` bytes, which comes from the bytes `source` of the text; nothing if it is empty.
    pub(crate) fn push(&mut self, len: usize, source: Range<usize>) {
        if len > 0 {
            self.parts.push(Part { start: self.len, source });
            self.len += len;
        }
    }
}

/// The smallest parts of `text` that are normalized alone as they are within the text: a character with its marks.
pub(crate) fn segments(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut starts = text.char_indices().filter(|&(at, c)| at == 0 || begins_segment(c));
    let mut next = starts.next();
    std::iter::from_fn(move || {
        let (start, _) = next?;
        next = starts.next();
        Some(start..next.map_or(text.len(), |(start, _)| start))
    })
}

/// Whether the character never joins the one before it, in any normalization form.
fn begins_segment(character: char) -> bool {
    let first = once(character).nfkd().next().unwrap_or(character);
    canonical_combining_class(first) == 0 && is_nfc_quick(once(first)) == IsNormalized::Yes
}

/// `range`, widened to whole [`segments`] of `text`, without white space around it; none if nothing is left, or if it
/// begins or ends inside a character.
#[cfg(feature = "json")]
pub(crate) fn whole_segments(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let within = text.get(range.clone())?;
    let trimmed = within.trim_start();
    let start = range.start + (within.len() - trimmed.len());
    let end = start + trimmed.trim_end().len();
    if start == end {
        return None;
    }
    let begins = |at: usize| text[at..].chars().next().is_none_or(begins_segment);
    let boundaries = |at: &usize| text.is_char_boundary(*at);
    let start = (1..=start).rev().filter(boundaries).find(|&at| begins(at)).unwrap_or(0);
    let end = (end..text.len()).filter(boundaries).find(|&at| begins(at)).unwrap_or(text.len());
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(made: (String, Alignment), text: &str, expected: &[(&str, &str)]) {
        let (changed, alignment) = made;
        let mut end = 0;
        for (part, source) in expected {
            let range = end..end + part.len();
            end = range.end;
            assert_eq!(&changed[range.clone()], *part, "{text:?}");
            let found = alignment.source(&range).expect("a place");
            assert_eq!(&text[found], *source, "{text:?}");
        }
        assert_eq!(end, changed.len());
    }

    #[test]
    fn normalized_characters_come_from_characters_with_their_marks() {
        let check = |text, expected: &[_]| check(Alignment::nfkc(text), text, expected);
        check("日本", &[("日", "日"), ("本", "本")]);
        check("ﾊﾞｽ", &[("バ", "ﾊﾞ"), ("ス", "ｽ")]);
        check("か\u{3099}き", &[("が", "か\u{3099}"), ("き", "き")]);
        check("Ｆ㍿、", &[("F", "Ｆ"), ("株", "㍿"), ("式会", "㍿"), ("社", "㍿"), ("、", "、")]);
        check("e\u{301}\u{323}x", &[("ẹ\u{301}", "e\u{301}\u{323}"), ("x", "x")]);
        check("가", &[("가", "가")]);
        check("", &[]);
    }

    #[test]
    fn ignorable_characters_belong_to_the_one_before() {
        let check =
            |text, expected: &[_]| check(Alignment::without_ignorable(text), text, expected);
        check("\u{feff}富\u{200b}士", &[("富", "富\u{200b}"), ("士", "士")]);
        check("葛\u{e0100}城", &[("葛城", "葛\u{e0100}城")]);
        check("\u{200b}", &[]);
    }

    #[test]
    fn nothing_has_no_source() {
        let (_, alignment) = Alignment::nfkc("日本");
        assert_eq!(alignment.source(&(0..0)), None);
        assert_eq!(alignment.source(&(3..7)), None);
        assert_eq!(alignment.source(&(1..4)), Some(0..6));
    }

    #[test]
    fn segments_are_normalized_alone_as_within_the_text() {
        // Latin with marks, kana with marks of full and half width, Hangul in parts, squared words, and marks of India
        // and Tibet that join letters.
        let text = "[aeÅ\u{301}\u{323}かはハﾊ\u{3099}\u{309a}ﾞﾟ゙\u{1100}\u{1161}\u{11a8}각㍿㌔①\u{9c7}\u{9be}\u{9d7}\u{f71}\u{f72}ﷺ ]{0,12}";
        proptest!(|(text in text)| {
            prop_assert_eq!(&Alignment::nfkc(&text).0, &text.nfkc().collect::<String>());
            let joined: String = segments(&text).map(|range| &text[range]).collect();
            prop_assert_eq!(joined, text);
        });
        for c in '\0'..=char::MAX {
            let text = format!("a{c}e{c}\u{3099}");
            assert_eq!(Alignment::nfkc(&text).0, text.nfkc().collect::<String>(), "{text:?}");
        }
    }

    #[test]
    #[cfg(feature = "json")]
    fn places_are_widened_to_whole_characters_and_narrowed_by_white_space() {
        let check = |text: &str, range, expected| {
            assert_eq!(whole_segments(text, range), expected, "{text:?}");
        };
        check("か\u{3099}き", 0..3, Some(0..6));
        check("か\u{3099}き", 3..6, Some(0..6));
        check("か\u{3099}き", 6..9, Some(6..9));
        check("a 日本", 1..8, Some(2..8));
        check("a  ", 1..3, None);
        check("日", 0..1, None);
        check("日", 0..0, None);
        check("日", 0..4, None);
    }
}
