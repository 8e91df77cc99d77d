//! Python's rules for NFKC and white space.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// `text` in NFKC.
pub(super) fn nfkc(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

/// The part of `text` before the first U+0000, where strings of the C library end.
pub(super) fn before_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

/// The parts of `text` between white space as Python's `str.split()` sees it, each with its first byte.
pub(super) fn split_white_space(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    text.split_inclusive(is_white_space).filter_map(move |piece| {
        let start = end;
        end += piece.len();
        let part = piece.trim_end_matches(is_white_space);
        (!part.is_empty()).then_some((start, part))
    })
}

/// Unicode's white space, and U+001C to U+001F.
fn is_white_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nfkc_folds_width_and_composes() {
        let check = |text, expected| assert_eq!(nfkc(text), expected, "{text}");
        check("ﾊﾞｽｹｯﾄ", "バスケット");
        check("ＦＵＬＬ\u{3000}１２", "FULL 12");
        check("か\u{3099}", "が");
        check("㋿", "令和");
        check("日本語", "日本語");
    }

    #[test]
    fn white_space_is_pythons() {
        let check = |text: &str, expected: &[&str]| {
            let parts = split_white_space(text);
            let parts = parts.inspect(|(start, part)| assert!(text[*start..].starts_with(part)));
            assert_eq!(parts.map(|(_, part)| part).collect::<Vec<_>>(), expected, "{text:?}");
        };
        check("a\u{1c}b\u{85}c\u{2028}d\u{3000}", &["a", "b", "c", "d"]);
        check("a\u{200b}b\u{feff}\u{180e}", &["a\u{200b}b\u{feff}\u{180e}"]);
        check(" \t\n", &[]);
    }

    #[test]
    fn before_nul_drops_the_rest() {
        assert_eq!(before_nul("日本\0語\0"), "日本");
        assert_eq!(before_nul("\0日本"), "");
        assert_eq!(before_nul("日本"), "日本");
    }
}
