//! The files of a tokenizer as people, editors and downloads leave them.

use std::error::Error as _;
use std::path::Path;

use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::{Error, TextTokenizer};
use tempfile::TempDir;

use crate::TestResult;

const SETTINGS: &str = r#"{
    "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab", "do_lower_case": true,
    "mecab_kwargs": {"mecab_dic": "unidic_lite"}
}"#;
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
/// The beginning of text in gzip.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0";
/// A line in Shift_JIS, and one in Latin-1.
const SHIFT_JIS: &[u8] = b"a\n\x93\xfa\x96\x7b\n";
const LATIN: &[u8] = b"a\ncaf\xe9\n";
const UTF_16: &[u8] = b"\xff\xfe{\0}\0";
const DICRC: &str = "cost-factor = 700\nbos-feature = BOS/EOS,*\n";

type Change = fn(&str) -> Vec<u8>;

/// The ids of a text, or the message of the error with its causes.
fn outcome(folder: &Path) -> Result<Vec<u32>, String> {
    let ids = TextTokenizer::from_dir(folder, Some(folder))
        .and_then(|tokenizer| tokenizer.encode("東京都の大学生 ABC"));
    ids.map_err(|error: Error| {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message += &format!(": {error}");
            cause = error.source();
        }
        message
    })
}

/// Opens the folder for each row, a change of `file`, which has the `content` before it: the ids stay, or the error has
/// the part.
fn check(folder: TempDir, file: &str, content: &str, rows: &[(&str, Change, Result<(), &str>)]) {
    let path = folder.path().join(file);
    std::fs::write(&path, content).expect("the file");
    let whole = outcome(folder.path()).expect("ids of the whole file");
    for (name, change, expected) in rows {
        std::fs::write(&path, change(content)).expect("the file");
        match (outcome(folder.path()), expected) {
            (Ok(ids), Ok(())) => assert_eq!(ids, whole, "{file}: {name}"),
            (Err(error), Err(part)) => {
                assert!(error.contains(part), "{file}: {name}: {error}");
                assert!(error.contains(file), "{file}: {name}: {error}");
            }
            (found, _) => panic!("{file}: {name}: {found:?}"),
        }
    }
}

fn japanese() -> std::io::Result<TempDir> {
    let folder = small_dictionary::folder();
    std::fs::write(folder.path().join("tokenizer_config.json"), SETTINGS)?;
    Ok(folder)
}

/// What every reader of text does with files that are something else.
const OTHERS: [(&str, Change, Result<(), &str>); 7] = [
    ("an empty file", |_| Vec::new(), Err("is empty")),
    ("a pointer", |_| POINTER.to_vec(), Err("git lfs pull")),
    ("a page", |_| b"<!DOCTYPE html>\n<html>".to_vec(), Err("is an HTML page")),
    ("gzip", |_| GZIP.to_vec(), Err("is compressed with gzip")),
    ("UTF-16", |_| UTF_16.to_vec(), Err("it looks like UTF-16")),
    ("Shift_JIS", |_| SHIFT_JIS.to_vec(), Err("not UTF-8 in line 2; it looks like Shift_JIS")),
    ("Latin-1", |_| LATIN.to_vec(), Err("not UTF-8 in line 2; it looks like Latin-1")),
];

#[test]
fn every_reader_of_a_tokenizer_has_an_outcome_for_every_kind_of_file() -> TestResult {
    let vocabulary = std::fs::read_to_string(japanese()?.path().join("vocab.txt"))?;
    check(japanese()?, "vocab.txt", &vocabulary, &OTHERS);
    check(
        japanese()?,
        "vocab.txt",
        &vocabulary,
        &[
            ("a byte order mark", |text| format!("\u{feff}{text}").into(), Ok(())),
            ("CRLF", |text| text.replace('\n', "\r\n").into(), Ok(())),
            ("CR", |text| text.replace('\n', "\r").into(), Ok(())),
            ("no last line end", |text| text.trim_end().into(), Ok(())),
            ("a blank line is a token", |text| format!("{text}\n").into(), Ok(())),
            ("a line of spaces is a token", |text| format!("{text}  \n").into(), Ok(())),
            ("a NUL", |text| format!("{text}\0\n").into(), Ok(())),
            ("a long line", |text| format!("{text}{}\n", "字".repeat(1 << 20)).into(), Ok(())),
            ("a token in quotes", |text| format!("{text}\"東京\"\n").into(), Ok(())),
            (
                "a doubled token",
                |text| format!("{text}東京\n東京\n").into(),
                Err("stands on lines"),
            ),
            ("a column of ids", |text| text.replace('\n', "\t1\n").into(), Err("no token `[PAD]`")),
        ],
    );
    check(japanese()?, "tokenizer_config.json", SETTINGS, &OTHERS);
    check(
        japanese()?,
        "tokenizer_config.json",
        SETTINGS,
        &[
            ("a byte order mark", |text| format!("\u{feff}{text}").into(), Ok(())),
            ("CRLF", |text| text.replace('\n', "\r\n\r\n").into(), Ok(())),
            ("unknown keys", |text| with(text, r#""x": {"y": [null]}"#), Ok(())),
            ("null", |text| with(text, r#""never_split": null, "mask_token": null"#), Ok(())),
            ("numbers of Python", |text| with(text, r#""model_max_length": Infinity"#), Ok(())),
            ("NaN", |text| with(text, r#""x": NaN"#), Ok(())),
            (
                "a long number",
                |text| with(text, r#""model_max_length": 1000000000000000019884"#),
                Ok(()),
            ),
            (
                "a doubled key",
                |text| text.replace("{\n", "{\"do_lower_case\": false,\n").into(),
                Ok(()),
            ),
            (
                "a flag as text",
                |text| text.replace("true", "\"true\"").into(),
                Err("must be true or false"),
            ),
            (
                "a flag as number",
                |text| text.replace("true", "1").into(),
                Err("must be true or false"),
            ),
            ("half a surrogate pair", |text| with(text, r#""x": "\ud800""#), Err("at line 4")),
            ("a comma too many", |text| with(text, ""), Err("at line 4")),
        ],
    );
    check(
        japanese()?,
        "dicrc",
        DICRC,
        &[
            ("a byte order mark", |text| format!("\u{feff}{text}").into(), Ok(())),
            ("CRLF", |text| text.replace('\n', "\r\n").into(), Ok(())),
            ("EUC-JP", |text| [b";\xbc\xad\xbd\xf1\n", text.as_bytes()].concat(), Ok(())),
            ("an empty file", |_| Vec::new(), Ok(())),
        ],
    );
    Ok(())
}

/// `settings` with `more` before the last brace.
fn with(settings: &str, more: &str) -> Vec<u8> {
    settings.replace("\n}", &format!(",\n{more}}}")).into()
}

#[test]
#[cfg(feature = "json")]
fn a_tokenizer_json_has_an_outcome_for_every_kind_of_file() -> TestResult {
    let folder = || {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("tokenizer_config.json"), "{}").expect("the settings");
        folder
    };
    let mini = jacolbert_testing::data::mini().join("tokenizer.json");
    let whole = std::fs::read_to_string(mini)?;
    check(folder(), "tokenizer.json", &whole, &OTHERS);
    check(
        folder(),
        "tokenizer.json",
        &whole,
        &[
            ("a byte order mark", |text| format!("\u{feff}{text}").into(), Ok(())),
            ("CRLF", |text| text.replace('\n', "\r\n").into(), Ok(())),
            ("half a surrogate pair", |_| br#"{"x": "\ud800"}"#.to_vec(), Err("at line 1")),
            ("an object without a model", |_| b"{}".to_vec(), Err("is not a tokenizer")),
        ],
    );
    Ok(())
}

#[test]
fn a_dictionary_that_was_not_fetched_says_so() -> TestResult {
    let folder = japanese()?;
    for file in ["sys.dic", "unk.dic", "matrix.bin", "char.bin"] {
        let path = folder.path().join(file);
        let whole = std::fs::read(&path)?;
        std::fs::write(&path, POINTER)?;
        let error = outcome(folder.path()).expect_err(file);
        assert!(error.contains(file) && error.contains("git lfs pull"), "{error}");
        std::fs::write(&path, whole)?;
    }
    outcome(folder.path())?;
    Ok(())
}

#[test]
#[cfg(feature = "json")]
fn a_folder_without_a_tokenizer_json_says_how_to_get_one() -> TestResult {
    let folder = tempfile::tempdir()?;
    let error_of = || TextTokenizer::from_dir(folder.path(), None).expect_err("no tokenizer");
    let error = error_of();
    assert!(matches!(&error, Error::NoTokenizer { dir, beside: None } if dir == folder.path()));
    assert!(error.to_string().ends_with("no tokenizer.json and no other file of a tokenizer"));
    for file in ["vocab.json", "vocab.txt"] {
        std::fs::write(folder.path().join(file), "[PAD]\n")?;
        let error = error_of();
        assert!(matches!(&error, Error::NoTokenizer { beside: Some(found), .. } if *found == file));
        assert!(error.to_string().contains("save_pretrained"), "{error}");
    }
    Ok(())
}
