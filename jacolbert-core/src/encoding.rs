//! The encoding of bytes that are not UTF-8, as far as a line of them tells.

use std::fmt;

/// An encoding that a line seems to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-16 of either byte order.
    Utf16,
    /// Shift_JIS, or Microsoft's code page 932.
    ShiftJis,
    /// EUC-JP.
    EucJp,
    /// ISO 8859-1, or Microsoft's code page 1252.
    Latin1,
}

impl Encoding {
    /// The encoding of a line that is not UTF-8, or nothing if it cannot be told.
    ///
    /// In EUC-JP, bytes above 0xA0 come in pairs. Shift_JIS has first bytes from 0x81 to 0x9F, which
    /// mean control characters in Latin-1.
    pub(crate) fn of_line(line: &[u8]) -> Option<Self> {
        if is_euc_jp(line) {
            return Some(Self::EucJp);
        }
        let has_controls = line.iter().any(|byte| (0x80..0xA0).contains(byte));
        match (has_controls, is_shift_jis(line)) {
            (true, true) => Some(Self::ShiftJis),
            (true, false) => None,
            (false, _) => Some(Self::Latin1),
        }
    }

    /// UTF-16 if a file begins with its byte order mark, or with two ASCII characters of it.
    pub(crate) fn of_beginning(file: &[u8]) -> Option<Self> {
        let is_utf_16 = match *file {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
            [a, b, c, d, ..] => {
                let zeros = [a, b, c, d].map(|byte| byte == 0);
                zeros == [false, true, false, true] || zeros == [true, false, true, false]
            }
            _ => false,
        };
        is_utf_16.then_some(Self::Utf16)
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

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "UTF-16",
            Self::ShiftJis => "Shift_JIS",
            Self::EucJp => "EUC-JP",
            Self::Latin1 => "Latin-1",
        })
    }
}

/// What to do about an encoding.
pub(crate) fn advice(encoding: Option<Encoding>) -> String {
    let Some(encoding) = encoding else {
        return String::new();
    };
    let name = encoding.iconv_name();
    format!("; it looks like {encoding}: convert the file with `iconv -f {name} -t UTF-8`")
}

fn is_euc_jp(line: &[u8]) -> bool {
    consists_of(line, |bytes| match *bytes {
        [0x00..=0x7F, ..] => Some(1),
        [0x8E, 0xA1..=0xDF, ..] | [0xA1..=0xFE, 0xA1..=0xFE, ..] => Some(2),
        [0x8F, 0xA1..=0xFE, 0xA1..=0xFE, ..] => Some(3),
        _ => None,
    })
}

fn is_shift_jis(line: &[u8]) -> bool {
    consists_of(line, |bytes| match *bytes {
        [0x00..=0x7F | 0xA1..=0xDF, ..] => Some(1),
        [0x81..=0x9F | 0xE0..=0xFC, 0x40..=0x7E | 0x80..=0xFC, ..] => Some(2),
        _ => None,
    })
}

/// Whether a line consists of characters. `len` is the number of bytes of the first one.
fn consists_of(mut line: &[u8], len: impl Fn(&[u8]) -> Option<usize>) -> bool {
    while let Some(len) = len(line) {
        line = &line[len..];
    }
    line.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_each_encoding_is_told() {
        let check = |line: &[u8], expected| {
            assert!(std::str::from_utf8(line).is_err(), "{line:x?}");
            assert_eq!(Encoding::of_line(line), expected, "{line:x?}");
        };
        // 日本の山, with and without half-width ｱ.
        check(b"1\t\x93\xfa\x96\x7b\x82\xcc\x8eR", Some(Encoding::ShiftJis));
        check(b"\xb1\x93\xfa", Some(Encoding::ShiftJis));
        check(b"1\t\xc6\xfc\xcb\xdc\xa4\xce\xbb\xb3", Some(Encoding::EucJp));
        check(b"\x8e\xb1\xc6\xfc", Some(Encoding::EucJp));
        check(b"caf\xe9 \xe0 la carte", Some(Encoding::Latin1));
        check(b"\xe9lan", Some(Encoding::Latin1));
        check(b"\x80\xff", None);
    }

    #[test]
    fn utf_16_is_told_by_its_first_bytes() {
        let check = |file: &[u8], expected| {
            assert_eq!(Encoding::of_beginning(file), expected, "{file:x?}");
        };
        check(b"\xff\xfe1\0", Some(Encoding::Utf16));
        check(b"\xfe\xff\0", Some(Encoding::Utf16));
        check(b"1\0\t\0", Some(Encoding::Utf16));
        check(b"\0{\0\"", Some(Encoding::Utf16));
        check("1\t富士".as_bytes(), None);
        check(b"\0\0\0\0", None);
        check(b"1", None);
    }
}
