//! The sentences of a text.

use std::ops::Range;

use super::marks::{closes, continues_number, ends_line, full_stop};

/// The ranges of the sentences of `text`, without gaps; at least one.
///
/// A sentence ends after a line, and after 。！？ (or their half-width or ASCII forms at the end of a
/// word) and the closing brackets that follow.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    let mut before = None;
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let next = chars.peek().map(|&(_, next)| next);
        let ends = ends_sentence(before, c, next);
        before = Some(c);
        if !ends {
            continue;
        }
        while let Some(&(at, c)) = chars.peek().filter(|&&(_, c)| closes(c) || full_stop(c)) {
            end = at + c.len_utf8();
            chars.next();
            before = Some(c);
        }
        ranges.push(start..end);
        start = end;
    }
    if start < text.len() || ranges.is_empty() {
        ranges.push(start..text.len());
    }
    ranges
}

fn ends_sentence(before: Option<char>, c: char, next: Option<char>) -> bool {
    match c {
        '\r' => next != Some('\n'),
        '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
        _ => ends_line(c) || full_stop(c) && !continues_number(before, c, next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check("なに⁉次‼終⁇", &["なに⁉", "次‼", "終⁇"]);
        check("円周率は３．１４．終", &["円周率は３．１４．", "終"]);
        check("一\r二\r\n三", &["一\r", "二\r\n", "三"]);
        check("一\u{2028}二\u{2029}三\u{85}四", &["一\u{2028}", "二\u{2029}", "三\u{85}", "四"]);
        check("一\n\n二", &["一\n", "\n", "二"]);
    }
}
