//! Every fault of a row is an error with file, line and what it is.

use std::path::PathBuf;

use jacolbert_train::{
    Error, ExampleOptions, Examples, IdFormat, RowFault, TextError, TextFormat, TextPlace,
};

use crate::TestResult;
use crate::scratch::Scratch;

const QUERIES: &str = "0\t問\n1\t答\n";
const COLLECTION: &str = "0\t零\n1\t一\n2\t二\n";

/// Opens rows of ids; the files are `rows`, `queries` and `collection`.
fn open(
    scratch: &Scratch,
    format: IdFormat,
    [rows, queries, collection]: [&str; 3],
) -> Result<Examples, Error> {
    let file = |name, text| scratch.file(name, text).expect("the folder can be written");
    let paths = [file("rows", rows), file("queries", queries), file("collection", collection)];
    Examples::with_ids(&paths[0], format, &paths[1], &paths[2], &ExampleOptions::default())
}

/// The fault must be found on this line of this file.
fn found(error: Option<Error>, path: PathBuf, line: usize, fault: RowFault) {
    let expected = format!("{:?}", Error::Row { path, line, fault });
    assert_eq!(error.map(|error| format!("{error:?}")), Some(expected));
}

fn check(rows: &str, line: usize, fault: RowFault) -> TestResult {
    let scratch = Scratch::new()?;
    let error = open(&scratch, IdFormat::Triples, [rows, QUERIES, COLLECTION]).err();
    found(error, scratch.path().join("rows"), line, fault);
    Ok(())
}

#[test]
fn unknown_ids() -> TestResult {
    check("[0, 1, 2]\n[7, 1, 2]", 2, RowFault::UnknownQuery { id: "7".into() })?;
    check("[0, 1, 3]", 1, RowFault::UnknownPassage { id: "3".into() })?;
    check("[0, \"01\", 2]", 1, RowFault::UnknownPassage { id: "01".into() })
}

#[test]
fn a_negative_that_is_the_positive() -> TestResult {
    check("[0, 1, 2, 1]", 1, RowFault::NegativeIsPositive { passage: "1".into() })?;
    check("[0, 1, \"1\"]", 1, RowFault::NegativeIsPositive { passage: "1".into() })
}

const LIST: &str = "[query, positive, negative, ...] or [query, [positive, score], ...]";

fn json_fault(line: &str) -> RowFault {
    let error = serde_json::from_str::<Vec<serde_json::Value>>(line).err();
    let message = error.map(|error| error.to_string()).unwrap_or_default();
    RowFault::Json { expected: LIST, message: message.replace("line 1 ", "") }
}

#[test]
fn lines_that_are_no_lists() -> TestResult {
    let shape = || RowFault::Shape { expected: LIST };
    check("[0, 1, 2", 1, json_fault("[0, 1, 2"))?;
    check("{}", 1, json_fault("{}"))?;
    let no_name = |value: &str| {
        let message = format!("{value} is neither a string nor an integer");
        RowFault::Json { expected: LIST, message }
    };
    check("[]", 1, no_name("null"))?;
    check("[0]", 1, RowFault::NoPositive)?;
    check("[0, null, 2]", 1, RowFault::NoPositive)?;
    check("[0, 1, null]", 1, RowFault::TooFewNegatives { found: 0, needed: 1 })?;
    check("[-1, 1, 2]", 1, RowFault::UnknownQuery { id: "-1".into() })?;
    check("[0, 1.5, 2]", 1, no_name("1.5"))?;
    check("[0, 1, {}]", 1, no_name("{}"))?;
    check("[0, [1, 2.0, 3], [2, 1.0]]", 1, shape())?;
    check("[0, [1, \"high\"], [2, 1.0]]", 1, shape())?;
    check("[0, [1, 1e39], [2, 1.0]]", 1, shape())
}

#[test]
fn scores_of_some() -> TestResult {
    check("[0, [1, 2.0], [2, 1.0]]\n[0, 1, 2]", 2, RowFault::ScoresMissing)?;
    check("[0, 1, 2]\n[0, [1, 2.0], [2, 1.0]]", 2, RowFault::ScoresUnexpected)?;
    check("[0, [1, 2.0], 2]", 1, RowFault::ScoresMissing)?;
    check("[0, [1, 2.0], [2, null]]", 1, RowFault::ScoresMissing)
}

#[test]
fn too_few_negatives() -> TestResult {
    check("[0, 1, 2]\n[0, 1]", 2, RowFault::TooFewNegatives { found: 0, needed: 1 })
}

#[test]
fn lines_of_tables_that_have_no_id_and_text() -> TestResult {
    let check = |file: &str, text: &str, line, fault| -> TestResult {
        let scratch = Scratch::new()?;
        let (queries, collection) =
            if file == "queries" { (text, COLLECTION) } else { (QUERIES, text) };
        let error = open(&scratch, IdFormat::Triples, ["[0, 1, 2]", queries, collection]).err();
        found(error, scratch.path().join(file), line, fault);
        Ok(())
    };
    let shape = || RowFault::Shape { expected: "id<TAB>text" };
    check("queries", "0\t問\n1 答\n", 2, shape())?;
    check("collection", "0\t零\n\t一\n", 2, shape())?;
    check("collection", "0\t零\n\n1\0\t一\n", 3, RowFault::NulInId { id: "1\0".into() })?;
    let quotes = "\"0\"\t零\n\"1\"\t\"一\"だ\n\"2\"\t二\n";
    check("collection", quotes, 2, RowFault::QuotedIds)
}

/// A collection, a row that names the text 1 of it, and the fault of the text.
fn check_text(collection: &str, fault: impl Fn(TextPlace) -> RowFault) -> TestResult {
    let scratch = Scratch::new()?;
    let files = ["[0, 0, 2]\n[0, 0, 1]", QUERIES, collection];
    let error = open(&scratch, IdFormat::Triples, files).err();
    let path = scratch.path().join("collection");
    let place = TextPlace::Table { id: "1".into(), path, line: 2 };
    found(error, scratch.path().join("rows"), 2, fault(place));
    let unnamed = ["[0, 0, 2]\n[1, 0, 2]", QUERIES, collection];
    assert_eq!(open(&scratch, IdFormat::Triples, unnamed)?.num_rows(), 2);
    Ok(())
}

#[test]
fn a_bad_text_of_a_table_is_named_where_a_row_names_it_and_else_harmless() -> TestResult {
    check_text("0\t零\n1\t \u{3000}\n2\t二\n", |text| RowFault::EmptyText { text })?;
    check_text("0\t零\n1\t\n2\t二\n", |text| RowFault::EmptyText { text })?;
    let two = |text| RowFault::TwoTexts { text, other: 4 };
    check_text("0\t零\n1\t一\n2\t二\n1\t壱\n", two)?;
    let three = |text| RowFault::ManyFields { text, found: 3 };
    check_text("0\t零\n1\t一\t題\n2\t二\n", three)
}

#[test]
fn a_fault_of_a_text_says_where_it_is() {
    let text = TextPlace::Table { id: "7".into(), path: "collection.tsv".into(), line: 8 };
    let fault = RowFault::EmptyText { text };
    let error = Error::Row { path: "triples.jsonl".into(), line: 12, fault };
    let expected = "triples.jsonl, line 12: the text with id `7` (collection.tsv, line 8) is empty";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn hard_negatives() -> TestResult {
    let check = |row: &str, fault: RowFault| -> TestResult {
        let scratch = Scratch::new()?;
        let error = open(&scratch, IdFormat::HardNegatives, [row, QUERIES, COLLECTION]).err();
        found(error, scratch.path().join("rows"), 1, fault);
        Ok(())
    };
    check(r#"{"query_id": 0, "positive_ids": [], "negative_ids": [1]}"#, RowFault::NoPositive)?;
    check(
        r#"{"query_id": 0, "positive_ids": [0, 1], "negative_ids": [2, 1]}"#,
        RowFault::NegativeIsPositive { passage: "1".into() },
    )?;
    check(
        r#"{"query_id": 0, "positive_ids": [0], "negative_ids": []}"#,
        RowFault::TooFewNegatives { found: 0, needed: 1 },
    )
}

#[test]
fn a_hard_negative_row_without_a_key_says_which() -> TestResult {
    let scratch = Scratch::new()?;
    let row = r#"{"query_id": 0, "positive_ids": [0]}"#;
    let error = open(&scratch, IdFormat::HardNegatives, [row, QUERIES, COLLECTION]).err();
    let Some(Error::Row { line: 1, fault: RowFault::Json { message, .. }, .. }) = error else {
        return Err(format!("{error:?}").into());
    };
    assert!(message.contains("negative_ids"), "{message}");
    Ok(())
}

#[test]
fn rows_of_texts() -> TestResult {
    let check = |format, rows: &str, line, fault| -> TestResult {
        let scratch = Scratch::new()?;
        let path = scratch.file("rows", rows)?;
        let error = Examples::with_texts(&path, format, &ExampleOptions::default()).err();
        found(error, path, line, fault);
        Ok(())
    };
    let tabbed = "query<TAB>positive<TAB>negative...";
    let empty = |text| RowFault::EmptyText { text };
    let passage = |position| empty(TextPlace::Passage { position });
    check(TextFormat::Tabbed, "問\t正\t負\n問\n", 2, RowFault::Shape { expected: tabbed })?;
    check(TextFormat::Tabbed, "問\t正\t負\n\t正\t負\n", 2, empty(TextPlace::Query))?;
    check(TextFormat::Tabbed, "問\t正\t\n", 1, passage(2))?;
    check(
        TextFormat::Tabbed,
        "問\t正\t正\n",
        1,
        RowFault::NegativeIsPositive { passage: "正".into() },
    )?;
    check(TextFormat::Lists, "[\"問\", \"正\", \" \"]", 1, passage(2))?;
    let long = "長".repeat(100);
    let fault = RowFault::NegativeIsPositive { passage: "長".repeat(40) };
    check(TextFormat::Lists, &format!("[\"問\", \"{long}\", \"{long}\"]"), 1, fault)?;
    let row =
        r#"{"query": "問", "positives": ["正"], "negatives": ["負"], "bm25_negatives": ["正"]}"#;
    check(TextFormat::HardNegatives, row, 1, RowFault::NegativeIsPositive { passage: "正".into() })
}

#[test]
fn a_file_that_is_not_there() -> TestResult {
    let absent = Scratch::new()?.path().join("absent");
    let error = Examples::with_texts(&absent, TextFormat::Tabbed, &Default::default()).err();
    let expected =
        matches!(&error, Some(Error::TextFile(TextError::Io { path, .. })) if *path == absent);
    assert!(expected, "{error:?}");
    Ok(())
}

#[test]
fn an_error_says_file_line_and_fault() {
    let fault = RowFault::UnknownPassage { id: "7".into() };
    let error = Error::Row { path: "triples.jsonl".into(), line: 12, fault };
    assert_eq!(error.to_string(), "triples.jsonl, line 12: no passage has id `7`");
}
