//! The scripts of characters, as far as they tell where a Japanese word may begin.

/// What a character is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Hiragana,
    Katakana,
    Han,
    /// Letters of all other scripts, and the ASCII signs within words and addresses.
    Letter,
    Digit,
    /// Punctuation and symbols.
    Other,
}

impl Script {
    pub(super) fn of(c: char) -> Self {
        match c {
            'ぁ'..='ゟ' => Self::Hiragana,
            'ァ'..='ヿ' | 'ㇰ'..='ㇿ' | 'ｦ'..='ﾟ' => Self::Katakana,
            '㐀'..='䶿' | '一'..='鿿' | '豈'..='﫿' | '\u{20000}'..='\u{3ffff}' | '々' | '〆' => {
                Self::Han
            }
            _ if c.is_numeric() => Self::Digit,
            _ if c.is_alphabetic() || c.is_ascii_punctuation() => Self::Letter,
            _ => Self::Other,
        }
    }
}
