//! The lines of text files.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jacolbert_core::{Encoding, TextError, TextLines};
use proptest::prelude::*;

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Numbers and texts of the lines of a file with this content.
fn lines_of(content: &[u8]) -> Result<Vec<(usize, String)>, TextError> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), content).expect("the file can be written");
    let mut lines = TextLines::open(file.path())?;
    let mut found = Vec::new();
    while let Some(line) = lines.next_line()? {
        found.push((line.number, line.text.to_string()));
    }
    Ok(found)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

#[test]
fn lines_keep_their_numbers_whatever_ends_them() -> Tested {
    let check = |content: &str, expected: &[(usize, &str)]| -> Tested {
        let packed = gzip(content.as_bytes())?;
        for content in [content.as_bytes(), &packed] {
            let found = lines_of(content)?;
            let found: Vec<(usize, &str)> =
                found.iter().map(|(number, text)| (*number, text.as_str())).collect();
            assert_eq!(found, expected, "{content:?}");
        }
        Ok(())
    };
    check("", &[])?;
    check("\u{feff}", &[])?;
    check("a", &[(1, "a")])?;
    check("a\nb", &[(1, "a"), (2, "b")])?;
    check("a\r\nb\r\n", &[(1, "a"), (2, "b")])?;
    check("a\rb\r", &[(1, "a"), (2, "b")])?;
    check("\r\ra", &[(3, "a")])?;
    check("a\r", &[(1, "a")])?;
    check("a\rb\nc", &[(1, "a\rb"), (2, "c")])?;
    check("\u{feff}a\n\n \t\n\u{3000}\r\n b \n\n", &[(1, "a"), (5, " b ")])?;
    check("\u{feff}a\r\rb", &[(1, "a"), (3, "b")])?;
    check("a\n\u{feff}b\n", &[(1, "a"), (2, "\u{feff}b")])?;
    check("a\0b\n", &[(1, "a\0b")])
}

#[test]
fn a_very_long_line_is_a_line() -> Tested {
    let long = "長".repeat(1_000_000);
    assert_eq!(lines_of(format!("a\n{long}\nb").as_bytes())?[1], (2, long));
    Ok(())
}

#[test]
fn gzip_of_several_members_is_read_to_its_end() -> Tested {
    let packed = [gzip(b"a\n")?, gzip(b"b\n")?].concat();
    assert_eq!(lines_of(&packed)?, [(1, "a".into()), (2, "b".into())]);
    let cut = &packed[..packed.len() - 4];
    assert!(matches!(lines_of(cut), Err(TextError::Io { .. })));
    Ok(())
}

#[test]
fn a_line_that_is_not_utf_8_is_named_with_its_encoding() {
    let check = |content: &[u8], expected_line, expected| match lines_of(content) {
        Err(TextError::NotUtf8 { line, encoding, .. }) => {
            assert_eq!((line, encoding), (expected_line, expected), "{content:x?}");
        }
        other => panic!("{content:x?}: {other:?}"),
    };
    check(b"a\n\n\x93\xfa\x96\x7b\x82\xcc\n", 3, Some(Encoding::ShiftJis));
    check(b"a\rb\r\xc6\xfc\xcb\xdc", 3, Some(Encoding::EucJp));
    check(b"a\rb\n\xff\x80\n", 2, None);
    check(b"a\n\r\xff\x80\r\n", 2, None);
    check(b"\xff\xfe1\0\t\0\n\0", 1, Some(Encoding::Utf16));
    check(b"1\0\t\0a\0\n\0", 1, Some(Encoding::Utf16));
    check(b"\x1f\x8c\n", 1, None);
    let message = lines_of(b"caf\xe9\n").expect_err("it is not UTF-8").to_string();
    let expected = ", line 1: not UTF-8; it looks like Latin-1: convert the file with \
                    `iconv -f CP1252 -t UTF-8`";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
fn lines_after_one_that_is_not_utf_8_can_be_read() -> Tested {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), b"\x80\nb\n")?;
    let mut lines = TextLines::open(file.path())?;
    assert!(lines.next_line().is_err());
    let next = lines.next_line()?.map(|line| (line.number, line.text.to_string()));
    assert_eq!(next, Some((2, "b".into())));
    Ok(())
}

#[test]
fn what_cannot_be_read_is_named() -> Tested {
    let folder = tempfile::tempdir()?;
    for path in [folder.path().join("missing"), folder.path().into()] {
        let found = TextLines::open(&path).err();
        assert!(matches!(found, Some(TextError::Io { path: named, .. }) if named == path));
    }
    Ok(())
}

/// The line at `offset` up to the line feed, as it is in the file.
fn read_at(file: &mut fs::File, offset: u64) -> io::Result<String> {
    file.seek(SeekFrom::Start(offset))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    Ok(rest.split_inclusive('\n').next().unwrap_or_default().to_string())
}

proptest! {
    #[test]
    fn a_line_can_be_read_again_at_its_offset(content in "\u{feff}?[a山\u{3000} \r\n]{0,40}") {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(content.as_bytes())?;
        let mut lines = TextLines::open(file.path())?;
        while let Some(line) = lines.next_line()? {
            let carriage_return = content.find('\r').filter(|_| !content.contains('\n'));
            let ends_early = carriage_return.is_some_and(|at| at + 1 < content.len());
            prop_assert_eq!(line.offset.is_none(), ends_early);
            if let Some(offset) = line.offset {
                let again = read_at(file.as_file_mut(), offset)?;
                let again = again.strip_suffix('\n').unwrap_or(&again);
                prop_assert_eq!(again.strip_suffix('\r').unwrap_or(again), line.text);
            }
        }
    }

    #[test]
    fn lines_are_those_of_the_standard_library_but_for_blank_ones(
        content in "[a山\u{3000} \r\n]{0,40}\n",
    ) {
        let lines = content.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let numbered = (1..).zip(lines.map(str::to_string));
        let expected: Vec<_> = numbered.filter(|(_, line)| !line.trim().is_empty()).collect();
        prop_assert_eq!(lines_of(content.as_bytes())?, expected);
    }
}
