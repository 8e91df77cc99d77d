//! Quotation marks in files with tabs.

use std::fs;

use jacolbert_documents::{Document, Error, Quotes, read_tsv, stream_tsv};
use proptest::prelude::*;

use crate::TestResult;
use crate::readers::shown;

#[test]
fn a_field_whose_quotation_mark_is_never_closed_hides_no_line() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents");
    // Lines are looked at for the end of the field, and are documents all the same.
    fs::write(&path, b"a\t\"x\nb\t\"y\nc\tz\n")?;
    assert_eq!(shown(read_tsv(&path), &path), "a=\"x; b=\"y; c=z");
    fs::write(&path, b"a\t\"x\ny\n")?;
    assert_eq!(shown(read_tsv(&path), &path), "line 2: no tab between id and text");
    fs::write(&path, b"a\t\"x\n\xff\xff\nc\tz\n")?;
    let mut documents = stream_tsv(&path)?.skip_bad_lines(1);
    let read: Result<Vec<Document>, Error> = documents.by_ref().collect();
    assert_eq!(shown(read, &path), "a=\"x; c=z");
    assert!(matches!(documents.skipped(), [Error::Text(_)]), "{:?}", documents.skipped());
    Ok(())
}

#[test]
fn quotation_marks_mean_what_the_caller_says() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents");
    let check = |file: &str, quotes: Quotes, expected: &str| -> TestResult {
        fs::write(&path, file)?;
        let documents: Result<Vec<Document>, Error> = stream_tsv(&path)?.quotes(quotes).collect();
        assert_eq!(shown(documents, &path), expected, "{quotes:?} {file}");
        Ok(())
    };
    let either = "line 1: the last field begins with a quotation mark: either it is quoted and ends in line 3, or \
         line 3 is a document of its own; DocumentStream::quotes says which";
    check("a\t\"b\nc\td\ne\"\n", Quotes::Detect, either)?;
    for (file, csv, never) in [
        ("a\t\"b\"\n", "a=b", "a=\"b\""),
        ("\"a\"\tb\n", "a=b", "\"a\"=b"),
        ("a\t\"b\tc\"\n", "a=b\tc", "a=\"b {\"title\":\"c\\\"\"}"),
        ("a\t\"b\nc\td\"\ne\tf\n", "a=b\nc\td; e=f", "a=\"b; c=d\"; e=f"),
        (
            "a\t\"b\nc\td\n",
            "line 1: a field begins with a quotation mark that is not closed",
            "a=\"b; c=d",
        ),
    ] {
        check(file, Quotes::Csv, csv)?;
        check(file, Quotes::Never, never)?;
    }
    Ok(())
}

/// A field as pandas and Python's `csv` write it.
fn as_pandas(field: &str, always: bool) -> String {
    if always || field.contains(['\t', '\n', '\r', '"']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into()
    }
}

proptest! {
    #[test]
    fn what_pandas_writes_is_read(
        texts in prop::collection::vec("[あ\"\t\n ]{0,8}", 1..6),
        always: bool,
        has_header: bool,
    ) {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("documents");
        let mut file = String::new();
        if has_header {
            file += &format!("{}\t{}\n", as_pandas("id", always), as_pandas("text", always));
        }
        for (n, text) in texts.iter().enumerate() {
            file += &format!("{}\t{}\n", as_pandas(&format!("d{n}"), always), as_pandas(text, always));
        }
        fs::write(&path, &file)?;
        let document = |(n, text): (usize, &String)| Document::new(format!("d{n}"), text.as_str());
        let expected: Vec<Document> = texts.iter().enumerate().map(document).collect();
        let csv: Result<Vec<Document>, Error> =
            stream_tsv(&path)?.quotes(Quotes::Csv).collect();
        prop_assert_eq!(csv?, expected.clone(), "{}", file);
        // Without a word from the caller a file is read so too, or refused.
        if let Ok(documents) = read_tsv(&path) {
            prop_assert_eq!(documents, expected, "{}", file);
        }
    }
}
