//! What is refused, and by which error.

use std::path::Path;

use jacolbert_core::TextError;
use jacolbert_reproduction::miracl::MiraclFolder;
use jacolbert_reproduction::{Error, TestCollection, jacwir, jqara, jsquad, mr_tydi};

use crate::TestResult;
use crate::folder::{folder, folder_of};

type Open = fn(&Path) -> Result<TestCollection, Error>;

fn open_miracl(folder: &Path) -> Result<TestCollection, Error> {
    MiraclFolder::open(folder)?.full()
}

/// The error of opening a folder with these files.
fn fails(open: Open, files: &[(&str, &str)]) -> Result<Error, Box<dyn std::error::Error>> {
    match open(folder(files)?.path()) {
        Ok(_) => Err(format!("{files:?} are taken").into()),
        Err(error) => Ok(error),
    }
}

#[test]
fn files_that_are_absent_or_there_twice_are_named() -> TestResult {
    let opens: [Open; 5] =
        [jsquad::open, open_miracl, mr_tydi::open_full, jqara::open, jacwir::open];
    for open in opens {
        assert!(matches!(fails(open, &[])?, Error::MissingFile { .. }));
        assert!(matches!(open(Path::new("absent")), Err(Error::Io { .. })));
    }
    let error = fails(jsquad::open, &[("valid-v1.1.json", "{}"), ("valid-v1.3.json", "{}")])?;
    assert!(matches!(error, Error::SeveralFiles { .. }));
    Ok(())
}

#[test]
fn json_that_is_not_squads_is_named_with_its_line() -> TestResult {
    for (bad, line) in
        [("{\n\"data\": 3}", 2), ("", 1), ("{\"data\":[{\"paragraphs\":[\n{}]}]}", 2)]
    {
        let error = fails(jsquad::open, &[("valid.json", bad)])?;
        assert!(matches!(error, Error::Json { line: at, .. } if at == line), "{bad}: {error:?}");
    }
    let twice = r#"{"data":[{"paragraphs":[{"context":"a","qas":[{"id":"q","question":"?"},{"id":"q","question":"?"}]}]}]}"#;
    let error = fails(jsquad::open, &[("valid.json", twice)])?;
    assert!(matches!(error, Error::DuplicateId { id, .. } if id == "q"));
    Ok(())
}

const TOPICS: (&str, &str) = ("topics.miracl-v1.0-ja-dev.tsv", "q1\t山\n");
const QRELS: (&str, &str) = ("qrels.miracl-v1.0-ja-dev.tsv", "q1 Q0 1#0 1\n");
const PASSAGES: (&str, &str) =
    ("docs-0.jsonl", "{\"docid\":\"1#0\",\"title\":\"\",\"text\":\"山\"}\n");

#[test]
fn bad_topics_are_named_with_their_line() -> TestResult {
    for bad in ["q1\t山\nq2 湖\n", "q1\t山\n\t湖\n"] {
        let error = fails(open_miracl, &[(TOPICS.0, bad), QRELS, PASSAGES])?;
        assert!(matches!(error, Error::Line { line: 2, .. }), "{error:?}");
    }
    let error = fails(open_miracl, &[(TOPICS.0, "q1\t山\n\nq1\t山\n"), QRELS, PASSAGES])?;
    assert!(matches!(error, Error::DuplicateId { line: 3, .. }), "{error:?}");
    Ok(())
}

#[test]
fn bad_passages_are_named_with_their_line() -> TestResult {
    for bad in ["{", "[]", "{\"docid\":\"2#0\"}", "{\"docid\":2.5,\"text\":\"\"}"] {
        let passages = format!("{}{bad}\n", PASSAGES.1);
        let error = fails(open_miracl, &[TOPICS, QRELS, (PASSAGES.0, &passages)])?;
        assert!(matches!(error, Error::Json { line: 2, .. }), "{bad}: {error:?}");
    }
    let passages = PASSAGES.1.repeat(2);
    let error = fails(open_miracl, &[TOPICS, QRELS, (PASSAGES.0, &passages)])?;
    assert!(matches!(error, Error::DuplicateId { line: 2, .. }), "{error:?}");
    let tydi = [
        ("topic.test.tsv", TOPICS.1),
        ("qrels.test.txt", QRELS.1),
        ("docs.jsonl", "{\"id\":\"1#0\"}"),
    ];
    let error = fails(mr_tydi::open_full, &tydi)?;
    assert!(matches!(error, Error::Line { line: 1, .. }), "{error:?}");
    Ok(())
}

#[test]
fn right_passages_that_are_not_there_and_bad_qrels_are_named() -> TestResult {
    let error = fails(open_miracl, &[TOPICS, (QRELS.0, "q1 Q0 7#0 1\n"), PASSAGES])?;
    assert!(matches!(error, Error::UnknownDocument { id, .. } if id == "7#0"));
    let error = fails(open_miracl, &[TOPICS, (QRELS.0, "q1 7#0\n"), PASSAGES])?;
    assert!(matches!(error, Error::Eval(_)));
    Ok(())
}

#[test]
fn rows_that_contradict_each_other_are_named_with_their_line() -> TestResult {
    let row = |query: &str, question: &str, passage: &str, text: &str| {
        format!(
            "{{\"q_id\":\"{query}\",\"question\":\"{question}\",\"passage_row_id\":\"{passage}\",\
             \"title\":\"\",\"text\":\"{text}\",\"label\":1}}\n"
        )
    };
    let good = row("q1", "山？", "1", "山");
    for bad in [
        row("q1", "山？", "1", "山"),
        row("q1", "湖？", "2", "湖"),
        row("q2", "湖？", "1", "湖"),
        row("q2", "湖？", "", "湖"),
    ] {
        let error = fails(jqara::open, &[("test.jsonl", &format!("{good}{bad}"))])?;
        assert!(matches!(error, Error::Line { line: 2, .. }), "{bad}: {error:?}");
    }
    let pages = "{\"doc_id\":\"p1\",\"title\":\"\",\"description\":\"\"}\n";
    let question = |negative| {
        format!("{{\"query\":\"?\",\"positive\":\"p1\",\"negatives\":[\"{negative}\"]}}")
    };
    let error_of =
        |eval: &str| fails(jacwir::open, &[("eval.jsonl", eval), ("collection.jsonl", pages)]);
    let error = error_of(&question("p1"))?;
    assert!(matches!(error, Error::Line { line: 1, .. }), "{error:?}");
    let error = error_of(&question("p2"))?;
    assert!(matches!(error, Error::UnknownDocument { id, .. } if id == "p2"));
    Ok(())
}

#[test]
fn parquet_that_is_cut_or_altered_or_has_other_rows_is_an_error() -> TestResult {
    let good = include_bytes!("parquet/jqara.parquet");
    let open = |bytes: &[u8]| -> Result<_, Box<dyn std::error::Error>> {
        Ok(jqara::open(folder_of(&[("test-0.parquet", bytes)])?.path()))
    };
    assert!(open(good)?.is_ok());
    for end in (0..good.len()).step_by(7) {
        let error = open(&good[..end])?;
        assert!(matches!(error, Err(Error::Parquet { .. })), "{end}: {error:?}");
    }
    for (at, flipped) in (0..good.len()).flat_map(|at| [(at, 1), (at, 0x80), (at, 0xFF)]) {
        let mut bytes = good.to_vec();
        bytes[at] ^= flipped;
        // What stands in no checksum may be another text; nothing panics.
        let _ = open(&bytes)?;
    }
    let error = open(include_bytes!("parquet/jacwir_eval.parquet"))?;
    assert!(matches!(error, Err(Error::Json { line: 1, .. })), "{error:?}");
    let two = [("test-0.parquet", &good[..]), ("test.jsonl", b"")];
    let error = jqara::open(folder_of(&two)?.path());
    assert!(matches!(error, Err(Error::SeveralFiles { .. })), "{error:?}");
    Ok(())
}

#[test]
fn text_that_is_not_utf8_is_named_with_its_line() -> TestResult {
    let folder = folder(&[])?;
    std::fs::write(folder.path().join("test.jsonl"), b"\n\x93\xfa\n")?;
    let error = jqara::open(folder.path());
    let is_expected = matches!(error, Err(Error::Text(TextError::NotUtf8 { line: 2, .. })));
    assert!(is_expected, "{error:?}");
    Ok(())
}
