//! Files that are not what their name says, as downloads, copies and editors leave them.

use crate::encoding::{Encoding, advice};

/// What a file is that cannot be what its name says.
///
/// ```
/// use jacolbert_core::WrongFile;
///
/// assert_eq!(WrongFile::recognise(b""), Some(WrongFile::Empty));
/// assert_eq!(WrongFile::recognise(b"<!DOCTYPE html>"), Some(WrongFile::HtmlPage));
/// assert_eq!(WrongFile::recognise(br#"{"dim": 128}"#), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongFile {
    /// It has no byte.
    #[error("is empty; fetch or copy it again")]
    Empty,
    /// It names a large file that git LFS keeps elsewhere.
    #[error("is a git-LFS pointer and not the file itself; run `git lfs pull` in its folder")]
    LfsPointer,
    /// It is a page for a browser.
    #[error("is an HTML page; fetch the file itself, not the page that shows it")]
    HtmlPage,
    /// It is compressed.
    #[error("is compressed with gzip; unpack it")]
    Gzip,
    /// It is a zip archive, which is also how PyTorch stores weights.
    #[error("is a zip archive; PyTorch writes such files, and their names end in .bin")]
    Zip,
    /// It is text in an encoding that is not UTF-8.
    #[error("is not UTF-8 in line {line}{}", advice(*encoding))]
    NotUtf8 {
        /// The first such line, from 1.
        line: usize,
        /// The encoding that the line seems to have, if it can be told.
        encoding: Option<Encoding>,
    },
}

impl WrongFile {
    /// Recognises a file by `bytes`, its contents or their beginning. Binary files may begin as gzip or zip by chance:
    /// ask this only of a file that turned out to be unfit.
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(512)];
        let text = without_mark(head).trim_ascii_start();
        if bytes.is_empty() {
            Some(Self::Empty)
        } else if text.starts_with(b"version https://git-lfs.github.com/spec/") {
            Some(Self::LfsPointer)
        } else if [b"<!doctype html".as_slice(), b"<html"].iter().any(|tag| begins(text, tag)) {
            Some(Self::HtmlPage)
        } else if head.starts_with(&[0x1f, 0x8b, 8]) {
            Some(Self::Gzip)
        } else if head.starts_with(b"PK\x03\x04") {
            Some(Self::Zip)
        } else {
            None
        }
    }

    /// The text of a file with the contents `bytes`, without the byte order mark that some editors put first.
    ///
    /// # Errors
    /// What the file is, if it is no text in UTF-8.
    pub fn text(bytes: &[u8]) -> Result<&str, Self> {
        if let Some(wrong) = Self::recognise(bytes) {
            return Err(wrong);
        }
        let text = without_mark(bytes);
        if let Some(encoding) = Encoding::of_beginning(text) {
            return Err(Self::NotUtf8 { line: 1, encoding: Some(encoding) });
        }
        str::from_utf8(text).map_err(|error| {
            let (valid, rest) = text.split_at(error.valid_up_to());
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            Self::NotUtf8 { line, encoding: Encoding::of_line(rest) }
        })
    }
}

/// `bytes` without the byte order mark of UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn begins(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_wrong_file_is_recognised() {
        let check = |bytes: &[u8], expected| {
            assert_eq!(WrongFile::recognise(bytes), expected, "{}", bytes.escape_ascii());
        };
        check(b"", Some(WrongFile::Empty));
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
        check(pointer, Some(WrongFile::LfsPointer));
        check(b"\xef\xbb\xbf\n <HTML lang=ja>", Some(WrongFile::HtmlPage));
        check(b"<!doctype HTML><title>", Some(WrongFile::HtmlPage));
        check(b"\x1f\x8b\x08", Some(WrongFile::Gzip));
        check(b"PK\x03\x04\x14", Some(WrongFile::Zip));
        check(b"version 1", None);
        check(b"<htm", None);
        check(b"{}", None);
    }

    #[test]
    fn text_loses_its_mark_and_other_encodings_are_named_with_the_line() {
        let not_utf8 = |line, encoding| Err(WrongFile::NotUtf8 { line, encoding: Some(encoding) });
        let check = |bytes: &[u8], expected| {
            assert_eq!(WrongFile::text(bytes), expected, "{}", bytes.escape_ascii());
        };
        check("\u{feff}日本".as_bytes(), Ok("日本"));
        check(b"a\r\nb", Ok("a\r\nb"));
        check(b"\xff\xfe{\0", not_utf8(1, Encoding::Utf16));
        check(b"\0{\0}", not_utf8(1, Encoding::Utf16));
        check(b"a\n\x93\xfa\x96\x7b", not_utf8(2, Encoding::ShiftJis));
        check(b"\xc6\xfc\xcb\xdc\n\x80", not_utf8(1, Encoding::EucJp));
        check(b"\n\ncaf\xe9 na\xefve", not_utf8(3, Encoding::Latin1));
        check(b"a\x80\xff", Err(WrongFile::NotUtf8 { line: 1, encoding: None }));
    }
}
