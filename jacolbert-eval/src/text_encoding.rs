//! The encoding that bytes seem to have which are not UTF-8.

use std::fmt;

/// An encoding that a file seems to have instead of UTF-8; a guess, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextEncoding {
    /// UTF-16, which "Unicode" means on Windows.
    Utf16,
    /// Shift_JIS or its superset Windows-31J.
    ShiftJis,
    /// EUC-JP.
    EucJp,
    /// Latin-1 or its superset Windows-1252.
    Latin1,
}

impl TextEncoding {
    /// The encoding that `line`, which is not UTF-8, seems to have.
    pub(crate) fn guess(line: &[u8]) -> Option<Self> {
        if is_utf16(line) {
            Some(Self::Utf16)
        } else if is_sequence(line, euc_jp_length) {
            Some(Self::EucJp)
        } else if has_c1(line) {
            is_sequence(line, shift_jis_length).then_some(Self::ShiftJis)
        } else {
            Some(Self::Latin1)
        }
    }

    /// Its name for the program iconv.
    pub(crate) fn iconv_name(self) -> &'static str {
        match self {
            Self::Utf16 => "UTF-16",
            Self::ShiftJis => "CP932",
            Self::EucJp => "EUC-JP",
            Self::Latin1 => "CP1252",
        }
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "UTF-16",
            Self::ShiftJis => "Shift_JIS",
            Self::EucJp => "EUC-JP",
            Self::Latin1 => "Latin-1",
        })
    }
}

/// Whether bytes begin with the mark of UTF-16, or half of them are the zeros of ASCII letters in it.
pub(crate) fn is_utf16(bytes: &[u8]) -> bool {
    let num_zeros = bytes.iter().filter(|&&byte| byte == 0).count();
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || (bytes.len() >= 4 && 3 * num_zeros >= bytes.len())
}

/// Whether there are bytes that only control characters have in Latin-1; in Shift_JIS they begin most
/// characters.
fn has_c1(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| (0x80..=0x9f).contains(byte))
}

/// Whether `bytes` are whole characters, of which `length` gives the length of the first.
fn is_sequence(mut bytes: &[u8], length: fn(&[u8]) -> Option<usize>) -> bool {
    while !bytes.is_empty() {
        match length(bytes) {
            Some(length) => bytes = &bytes[length..],
            None => return false,
        }
    }
    true
}

fn euc_jp_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x00..=0x7f, ..] => Some(1),
        [0x8e, 0xa1..=0xdf, ..] | [0xa1..=0xfe, 0xa1..=0xfe, ..] => Some(2),
        [0x8f, 0xa1..=0xfe, 0xa1..=0xfe, ..] => Some(3),
        _ => None,
    }
}

fn shift_jis_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x00..=0x7f | 0xa1..=0xdf, ..] => Some(1),
        [0x81..=0x9f | 0xe0..=0xfc, 0x40..=0x7e | 0x80..=0xfc, ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_known_by_its_bytes() {
        let check = |bytes: &[u8], expected| assert_eq!(TextEncoding::guess(bytes), expected);
        // 日本 in each.
        check(b"q1\t\x93\xfa\x96\x7b\t1", Some(TextEncoding::ShiftJis));
        check(b"q1\t\xc6\xfc\xcb\xdc\t1", Some(TextEncoding::EucJp));
        check(b"\xff\xfeq\x001\x00\t\x00\xe5\x65\x2c\x67", Some(TextEncoding::Utf16));
        check(b"\xfe\xff\x00q\x001\x00\t\x65\xe5\x67\x2c", Some(TextEncoding::Utf16));
        check(b"q\x001\x00\t\x00\xe5\x65", Some(TextEncoding::Utf16));
        check(b"\xe9t\xe9 1", Some(TextEncoding::Latin1));
        check(b"\x80\xff\x80", None);
    }
}
