//! Which characters end something, and which belong to the character beside them.

/// Whether a line ends after `c`. A carriage return ends one only without a line feed behind it.
pub(super) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a sentence ends after `c`, whatever follows.
pub(super) fn full_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '．' | '｡' | '‼' | '⁇' | '⁈' | '⁉')
}

/// Whether `c` is a closing bracket or quotation mark.
pub(super) fn closes(c: char) -> bool {
    matches!(c, '」' | '』' | '）' | ')' | '】' | '〉' | '》' | '”' | '"' | '］' | '｣')
        || matches!(c, '〕' | '｝' | '}' | ']' | '〗' | '〙' | '»')
}

/// Whether `c` is an opening bracket or quotation mark.
pub(super) fn opens(c: char) -> bool {
    matches!(c, '「' | '『' | '（' | '(' | '【' | '〈' | '《' | '“' | '［' | '｢')
        || matches!(c, '〔' | '｛' | '{' | '[' | '〖' | '〘' | '«')
}

/// Whether `c` stands between two digits of one number, as in 3.5, 1,000 or 10:30.
pub(super) fn continues_number(before: Option<char>, c: char, next: Option<char>) -> bool {
    let separates =
        matches!(c, '.' | ',' | ':' | '/' | '-' | '\'' | '．' | '，' | '：' | '／' | '−');
    separates && before.is_some_and(char::is_numeric) && next.is_some_and(char::is_numeric)
}

/// Whether `c` belongs to the kana or sign before it: a prolonged sound, an iteration, a small kana.
pub(super) fn marks_kana(c: char) -> bool {
    matches!(c, 'ー' | 'ｰ' | '々' | '〻' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ' | '゛' | '゜' | 'ﾞ' | 'ﾟ')
        || matches!(
            c,
            'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' | 'ゕ' | 'ゖ'
        )
        || matches!(
            c,
            'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' | 'ヵ' | 'ヶ'
        )
        || matches!(c, 'ｧ'..='ｯ' | 'ㇰ'..='ㇿ')
}

/// Whether `c` is white space, the zero width space included.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{200b}'
}
