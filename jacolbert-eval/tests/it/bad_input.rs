//! One fault a file: the error is of its variant, with the file and the line.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use jacolbert_eval::{BeirFolder, Error, Format, GradeFault, Metric, Origin, Qrels, Run};
use tempfile::tempdir;

use crate::TestResult;

/// Writes `text` to a file: `origin` finds the place in the error of reading it, which must be
/// `line` of the file.
fn check<T: std::fmt::Debug>(
    open: impl Fn(&Path) -> Result<T, Error>,
    text: impl AsRef<[u8]>,
    origin: impl Fn(&Error) -> Option<Origin>,
    line: u64,
) -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("file");
    fs::write(&path, &text)?;
    let error = open(&path).expect_err("the file has a fault");
    let place = format!("{}, line {line}", path.display());
    assert!(error.to_string().starts_with(&place), "{error}");
    assert_eq!(origin(&error), Some(Origin::Line { path, line }), "{error:?}");
    Ok(())
}

fn run_json(path: &Path) -> Result<Run, Error> {
    Run::open_json(path, "json")
}

fn malformed(format: Format) -> impl Fn(&Error) -> Option<Origin> {
    move |error| match error {
        Error::Malformed { origin, expected, .. } if *expected == format => Some(origin.clone()),
        _ => None,
    }
}

fn wrong_format(asked: Format, given: Format) -> impl Fn(&Error) -> Option<Origin> {
    move |error| match error {
        Error::WrongFormat { origin, expected, found } if *expected == asked && *found == given => {
            Some(origin.clone())
        }
        _ => None,
    }
}

#[test]
fn malformed_run_lines() -> TestResult {
    let check = |second: &str| {
        let text = format!("q1 Q0 d1 1 0.5 tag\n\n{second}\n");
        check(Run::open_trec, text, malformed(Format::TrecRun), 3)
    };
    check("q1")?;
    check("q1 Q0 d2")?;
    check("q1 Q0 d2 2 0.4")?;
    check("q1 Q0 d2 second 0.4 tag")?;
    check("q1 Q0 d2 2 high tag")?;
    check("q1 Q0 two words 2 0.4 tag")?;
    // Spaces in ids, but not exactly six fields between tabs.
    check("q1\tQ0\ttwo words\t2\t0.4 tag")?;
    check("q1\tQ0\ttwo words\t2\t0.4\ttag\tmore")?;
    check("q1 Q0 \"d2\" 2 0.4 tag")
}

#[test]
fn malformed_qrels_lines() -> TestResult {
    let check = |second: &str| {
        let text = format!("q1 0 d1 1\n{second}\n");
        check(Qrels::open_trec, text, malformed(Format::TrecQrels), 2)
    };
    check("q1")?;
    check("q1 0 d2")?;
    check("q1 0 d2 high")?;
    check("q1 0 d2 nan")?;
    check("q1 0 two words 1")
}

#[test]
fn grades_that_are_no_whole_numbers_in_every_format() -> TestResult {
    let is = |wanted: GradeFault| {
        move |error: &Error| match error {
            Error::Grade { origin, fault, .. } if *fault == wanted => Some(origin.clone()),
            _ => None,
        }
    };
    for (grade, fault) in [
        ("0.5", GradeFault::Fraction),
        ("-1.5", GradeFault::Fraction),
        ("99999999999", GradeFault::OutOfRange),
        ("-1e300", GradeFault::OutOfRange),
    ] {
        check(Qrels::open_trec, format!("q1 0 d1 1\nq1 0 d2 {grade}\n"), is(fault), 2)?;
        check(Qrels::open_json, format!("{{\"q1\":\n{{\"d1\": {grade}}}}}"), is(fault), 2)?;
        let beir = format!("query-id\tcorpus-id\tscore\nq1\td1\t{grade}\n");
        check(Qrels::open_beir, beir, is(fault), 2)?;
    }
    Ok(())
}

#[test]
fn malformed_beir_qrels_lines() -> TestResult {
    let header = "query-id\tcorpus-id\tscore\n";
    let check =
        |text: String, line| check(Qrels::open_beir, text, malformed(Format::BeirQrels), line);
    check("q1\td1\t1\n".to_owned(), 1)?;
    check(format!("{header}q1\td1\t1\nq1\td2\n"), 3)?;
    check(format!("{header}q1\td1\tmuch\n"), 2)?;
    check(format!("{header}q1\td1\t1\tx\ty\n"), 2)
}

#[test]
fn one_format_given_as_another() -> TestResult {
    use Format::{BeirQrels, TrecQrels, TrecRun};
    let run = "q1 Q0 d1 1 0.5 tag\n";
    let qrels = "q1 0 d1 1\n";
    let beir = "query-id\tcorpus-id\tscore\nq1\td1\t1\n";
    check(Run::open_trec, qrels, wrong_format(TrecRun, TrecQrels), 1)?;
    check(Run::open_trec, beir, wrong_format(TrecRun, BeirQrels), 1)?;
    check(Qrels::open_trec, run, wrong_format(TrecQrels, TrecRun), 1)?;
    check(Qrels::open_trec, beir, wrong_format(TrecQrels, BeirQrels), 1)?;
    check(Qrels::open_beir, run, wrong_format(BeirQrels, TrecRun), 1)?;
    check(Qrels::open_beir, qrels, wrong_format(BeirQrels, TrecQrels), 1)
}

#[test]
fn a_document_ranked_twice() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::DuplicateDocument { origin, query, document } => {
            assert_eq!((query.as_str(), document.as_str()), ("q1", "d1"));
            Some(origin.clone())
        }
        _ => None,
    };
    let text = "q1 Q0 d1 1 0.5 t\nq2 Q0 d1 1 0.5 t\nq1 Q0 d2 2 0.4 t\nq1 Q0 d1 3 0.3 t\n";
    check(Run::open_trec, text, is_expected, 4)?;
    check(run_json, "{\"q1\": {\"d1\": 2,\n\"d1\": 1}}", is_expected, 2)
}

#[test]
fn a_score_that_is_not_finite() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::NonFiniteScore { origin, .. } => Some(origin.clone()),
        _ => None,
    };
    for score in ["NaN", "nan", "-nan", "inf", "-Infinity", "1e999"] {
        let text = format!("q1 Q0 d1 1 0.5 tag\nq1 Q0 d2 2 {score} tag\n");
        check(Run::open_trec, text, is_expected, 2)?;
    }
    Ok(())
}

#[test]
fn a_document_with_two_grades() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::ConflictingGrades { origin, first: 1, second: 2, .. } => Some(origin.clone()),
        _ => None,
    };
    check(Qrels::open_trec, "q1 0 d1 1\nq1 0 d1 2\n", is_expected, 2)?;
    check(Qrels::open_json, "{\"q1\":\n{\"d1\": 1, \"d1\": 2}}", is_expected, 2)
}

#[test]
fn json_that_is_cut_or_of_another_shape() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::Json { origin, .. } => Some(origin.clone()),
        _ => None,
    };
    for text in [
        "{\n\"q1\": {\"d1\": 1",
        "{\n\"q1\": 1}",
        "{\n\"q1\": {\"d1\": null}}",
        "{\n\"q1\": {\"d1\": NaN}}",
        "{\n\"q1\": {\"d1\": \"1\"}}",
        "{\n} []",
        "\n[]",
    ] {
        check(run_json, text, is_expected, 2)?;
    }
    Ok(())
}

#[test]
fn empty_ids() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::EmptyId { origin } => Some(origin.clone()),
        _ => None,
    };
    let header = "query-id\tcorpus-id\tscore";
    check(Qrels::open_beir, format!("{header}\nq1\t \t1\n"), is_expected, 2)?;
    check(run_json, "{\"q1\": {\n\"\": 1}}", is_expected, 2)?;
    check(run_json, "{\n\"\": {\"d1\": 1}}", is_expected, 2)?;
    check(Run::open_trec, "q1 Q0 d1 1 2 t\nq1\tQ0\t\t2\t1\tt\n", is_expected, 2)
}

#[test]
fn a_query_twice_in_one_json() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::DuplicateId { origin, id } if id == "q1" => Some(origin.clone()),
        _ => None,
    };
    let text = "{\"q1\": {\"d1\": 1},\n\"q1\": {\"d2\": 1}}";
    check(run_json, text, is_expected, 2)?;
    check(Qrels::open_json, text, is_expected, 2)
}

#[test]
fn bytes_that_are_not_utf_8() -> TestResult {
    let is_expected = |error: &Error| match error {
        Error::Utf8 { origin, .. } => Some(origin.clone()),
        _ => None,
    };
    check(Qrels::open_trec, b"q1 0 d1 1\nq1 0 \xff 1\n", is_expected, 2)
}

#[test]
fn empty_files_name_the_file() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("empty");
    let file = Origin::File { path: path.clone() };
    for text in ["", "\n \n"] {
        fs::write(&path, text)?;
        assert!(matches!(Run::open_trec(&path), Err(Error::EmptyRun { origin }) if origin == file));
        assert!(
            matches!(Qrels::open_trec(&path), Err(Error::EmptyQrels { origin }) if origin == file)
        );
        assert!(
            matches!(Qrels::open_beir(&path), Err(Error::EmptyQrels { origin }) if origin == file)
        );
    }
    for text in ["{}", "{\"q1\": {}}"] {
        fs::write(&path, text)?;
        assert!(matches!(run_json(&path), Err(Error::EmptyRun { origin }) if origin == file));
    }
    Ok(())
}

#[test]
fn files_that_cannot_be_read_are_named() -> TestResult {
    let folder = tempdir()?;
    let missing = folder.path().join("missing");
    let error = Run::open_trec(&missing).expect_err("there is no such file");
    assert!(matches!(&error, Error::Io { path, .. } if *path == missing));
    assert!(error.source().is_some());
    assert!(matches!(BeirFolder::open(folder.path()), Err(Error::Io { .. })));

    // A gzip file that breaks off.
    let whole = folder.path().join("run.gz");
    let cut = folder.path().join("cut.gz");
    let mut run = Run::new("run");
    run.push("q1", "d1", 0.5)?;
    run.save_trec(&whole)?;
    let bytes = fs::read(&whole)?;
    fs::write(&cut, &bytes[..bytes.len() - 9])?;
    assert!(matches!(Run::open_trec(&cut), Err(Error::Io { path, .. }) if path == cut));
    Ok(())
}

#[test]
fn beir_lines_with_a_fault() -> TestResult {
    let good = "{\"_id\": \"d1\", \"text\": \"本文\"}";
    let check = |second: &str, is_expected: fn(&Error) -> bool| -> TestResult {
        let folder = tempdir()?;
        let corpus = folder.path().join("corpus.jsonl");
        fs::write(&corpus, format!("{good}\n{second}\n"))?;
        fs::write(folder.path().join("queries.jsonl"), "")?;
        let mut documents = BeirFolder::open(folder.path())?.documents()?;
        assert_eq!(documents.next().ok_or("no first document")??.text, "本文");
        let error = documents.next().ok_or("no second line")?.expect_err("the line has a fault");
        assert!(is_expected(&error), "{error:?}");
        assert!(error.to_string().starts_with(&format!("{}, line 2", corpus.display())));
        Ok(())
    };
    check("{\"_id\": \"d2\"}", |e| matches!(e, Error::Json { .. }))?;
    check("{\"text\": \"本文\"}", |e| matches!(e, Error::Json { .. }))?;
    check("{\"_id\": \"d2\", \"text\":", |e| matches!(e, Error::Json { .. }))?;
    check("{\"_id\": \"\", \"text\": \"\"}", |e| matches!(e, Error::EmptyId { .. }))?;
    check(good, |e| matches!(e, Error::DuplicateId { id, .. } if id == "d1"))
}

#[test]
fn ids_that_a_format_cannot_hold_are_not_written() -> TestResult {
    let folder = tempdir()?;
    let path = folder.path().join("file");
    let mut run = Run::new("run");
    let mut qrels = Qrels::new();
    run.push("q1", "a\u{3000}b", 1.0)?;
    qrels.insert("q 1", "d1", 1)?;
    let is_expected = |result| matches!(result, Err(Error::UnwritableId { .. }));
    let mut quoted = Run::new("run");
    quoted.push("q1", "\"d1\"", 1.0)?;
    assert!(is_expected(quoted.save_trec(&path)));
    assert!(is_expected(run.save_trec(&path)));
    assert!(is_expected(qrels.save_trec(&path)));
    assert!(is_expected(qrels.save_beir(&path)));
    assert!(!path.exists());
    Ok(())
}

#[test]
fn names_that_are_no_metric() {
    for name in ["", "recall@", "recall@0", "recall@-1", "recall@ten", "recal@10", "r_precision@5"]
    {
        assert!(
            matches!(name.parse::<Metric>(), Err(Error::UnknownMetric { name: n }) if n == name)
        );
    }
    assert!(matches!(
        Metric::parse_list("ndcg@10, quality"),
        Err(Error::UnknownMetric { name }) if name == "quality"
    ));
}
