//! Settings files as people, editors and Python leave them.

use std::io;

use jacolbert_core::{SettingsError, SettingsFile};

/// One row for each habit: what `dim` is then, or a part of the error.
#[test]
fn every_kind_of_settings_file_has_its_outcome() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("config.json");
    let outcome = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("a file");
        let dim = SettingsFile::open(&path).and_then(|file| file.count_if_given("dim", 1000));
        dim.map_err(|error| match error {
            SettingsError::Json { source, .. } => source.to_string(),
            error => error.to_string().replace(&format!("{} ", path.display()), ""),
        })
    };
    let check = |bytes: &[u8], expected: Result<Option<usize>, &str>| match expected {
        Ok(dim) => assert_eq!(outcome(bytes), Ok(dim), "{}", bytes.escape_ascii()),
        Err(beginning) => {
            let error = outcome(bytes).expect_err(beginning);
            assert!(error.contains(beginning), "{}: {error}", bytes.escape_ascii());
        }
    };
    check("\u{feff}{\"dim\": 8}".as_bytes(), Ok(Some(8)));
    check(b"{\r\n\r\n\"dim\":\t8\r\n}\r\n\r\n", Ok(Some(8)));
    check(b"{\"dim\": 8, \"dim\": 9}", Ok(Some(9)));
    check(b"{\"dim\": null}", Ok(None));
    check(b"{\"dim\": 8.0}", Ok(Some(8)));
    check(b"{\"dim\": 0.8e1}", Ok(Some(8)));
    check(b"{\"dim\": 8, \"other\": {\"any\": [1, \"2\"]}}", Ok(Some(8)));
    let numbers = b"{\"a\": NaN, \"b\\\"NaN\": [-Infinity, Infinity, \"NaN\"], \"dim\": 8}";
    check(numbers, Ok(Some(8)));
    check(format!("{{\"a\": \"{}\", \"dim\": 8}}", "山".repeat(1 << 20)).as_bytes(), Ok(Some(8)));
    check(b"{\"dim\": 8.5}", Err("`dim` is 8.5; it must be a whole number"));
    check(b"{\"dim\": \"8\"}", Err("`dim` is \"8\"; it must be a whole number"));
    check(b"{\"dim\": NaN}", Err("`dim` is \"NaN\"; it must be a whole number"));
    check(b"{\"dim\": true}", Err("`dim` is true; it must be a whole number"));
    check(b"{\n\"a\": \"\\ud800\"}", Err("at line 2"));
    check(b"{'dim': 8}", Err("at line 1"));
    check(b"{\"dim\": 8,}", Err("at line 1"));
    check(b"", Err("is empty"));
    check(b"\n", Err("EOF"));
    check(b"version https://git-lfs.github.com/spec/v1\n", Err("git lfs pull"));
    check(b"<html>", Err("is an HTML page"));
    check(b"\x1f\x8b\x08", Err("is compressed with gzip"));
    check(b"\xff\xfe{\0}\0", Err("looks like UTF-16"));
    check(b"{\n\"a\": \"caf\xe9\"}", Err("is not UTF-8 in line 2; it looks like Latin-1"));
    check(b"{\"a\": \"\x93\xfa\x96\x7b\"}", Err("it looks like Shift_JIS"));
    Ok(())
}
