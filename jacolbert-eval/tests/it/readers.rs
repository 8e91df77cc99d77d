//! Every reader against every habit of the files that people have: one table of what it makes of each.

use std::error::Error as _;
use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jacolbert_eval::{BeirFolder, Error, Qrels, Run};
use tempfile::tempdir;

use crate::TestResult;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reader {
    TrecRun,
    TrecQrels,
    BeirQrels,
    JsonRun,
    JsonQrels,
    Documents,
    Queries,
}

use Reader::{BeirQrels, Documents, JsonQrels, JsonRun, Queries, TrecQrels, TrecRun};

const ALL: [Reader; 7] = [TrecRun, TrecQrels, BeirQrels, JsonRun, JsonQrels, Documents, Queries];
const LINES: [Reader; 5] = [TrecRun, TrecQrels, BeirQrels, Documents, Queries];

impl Reader {
    /// A small file.
    fn sample(self) -> &'static str {
        match self {
            TrecRun => "q1 Q0 文1 1 2 t\nq1 Q0 d2 2 1 t\n",
            TrecQrels => "q1 0 文1 2\nq1 0 d2 1\n",
            BeirQrels => "query-id\tcorpus-id\tscore\nq1\t文1\t2\nq1\td2\t1\n",
            JsonRun | JsonQrels => "{\"q1\":\n{\"文1\": 2,\n\"d2\": 1}}\n",
            Documents => {
                "{\"_id\": \"文1\", \"title\": \"t\", \"text\": \"a\"}\n{\"_id\": \"d2\", \"text\": \"b\"}\n"
            }
            Queries => "{\"_id\": \"文1\", \"text\": \"a\"}\n{\"_id\": \"d2\", \"text\": \"b\"}\n",
        }
    }

    /// The line of the sample with 文.
    fn line_of_sample(self) -> u64 {
        if matches!(self, BeirQrels | JsonRun | JsonQrels) { 2 } else { 1 }
    }

    /// What the reader makes of a file: its entries, or `error: ` with the message after the file's name.
    fn outcome(self, bytes: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
        let folder = tempdir()?;
        let name = if self == Queries { "queries.jsonl" } else { "corpus.jsonl" };
        for name in ["corpus.jsonl", "queries.jsonl"] {
            fs::write(folder.path().join(name), "")?;
        }
        let path = folder.path().join(name);
        fs::write(&path, bytes)?;
        let beir = BeirFolder::open(folder.path())?;
        let read = match self {
            TrecRun => Run::open_trec(&path).map(|run| results(&run)),
            JsonRun => Run::open_json(&path, "").map(|run| results(&run)),
            TrecQrels => Qrels::open_trec(&path).map(|qrels| grades(&qrels)),
            BeirQrels => Qrels::open_beir(&path).map(|qrels| grades(&qrels)),
            JsonQrels => Qrels::open_json(&path).map(|qrels| grades(&qrels)),
            Documents => {
                let documents = beir.documents()?.collect::<Result<Vec<_>, _>>();
                documents.map(|all| {
                    all.iter().map(|d| format!("{}|{}|{},", d.id, d.title, d.text)).collect()
                })
            }
            Queries => beir
                .queries()?
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.iter().map(|q| format!("{}|{},", q.id, q.text)).collect()),
        };
        let place = path.display().to_string();
        Ok(read.unwrap_or_else(|error| format!("error{}", chain(&error).replace(&place, ""))))
    }

    fn check(self, bytes: &[u8], expected: &str) -> TestResult {
        let outcome = self.outcome(bytes)?;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        if expected.starts_with("error") {
            assert!(outcome.starts_with("error"), "{self:?} of {shown:?}: {outcome}");
            let words = expected.split(" .. ");
            let mut rest = &outcome[..];
            for word in words {
                let at = rest.find(word);
                let at =
                    at.ok_or_else(|| format!("{self:?} of {shown:?}: {outcome:?}, no {word}"))?;
                rest = &rest[at + word.len()..];
            }
        } else {
            assert!(outcome == expected, "{self:?} of {shown:?}: {outcome:.300}");
        }
        Ok(())
    }

    /// What the reader makes of its sample.
    fn plain(self) -> Result<String, Box<dyn std::error::Error>> {
        self.outcome(self.sample().as_bytes())
    }
}

fn results(run: &Run) -> String {
    let results = run.iter().flat_map(|(query, ranking)| {
        ranking.iter().map(move |(document, score)| format!("{query} {document} {score},"))
    });
    results.collect()
}

fn grades(qrels: &Qrels) -> String {
    let grades = qrels.iter().flat_map(|(query, judgements)| {
        judgements.iter().map(move |(document, grade)| format!("{query} {document} {grade},"))
    });
    grades.collect()
}

/// The message and its causes.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn packed(text: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text)?;
    encoder.finish()
}

#[test]
fn what_changes_nothing_in_the_text_changes_nothing_in_what_is_read() -> TestResult {
    for reader in ALL {
        let sample = reader.sample();
        let plain = reader.plain()?;
        assert!(!plain.starts_with("error"), "{plain}");
        reader.check(format!("\u{feff}{sample}").as_bytes(), &plain)?;
        reader.check(sample.replace('\n', "\r\n").as_bytes(), &plain)?;
        reader.check(sample.replace('\n', "\r").as_bytes(), &plain)?;
        reader.check(sample.trim_end().as_bytes(), &plain)?;
        reader.check(sample.replace('\n', "\n\n \t\n").as_bytes(), &plain)?;
        reader.check(&packed(sample.as_bytes())?, &plain)?;
        reader
            .check(&packed(format!("\u{feff}{sample}").replace('\n', "\r").as_bytes())?, &plain)?;
        let (first, rest) = sample.split_at(1);
        let members = [packed(first.as_bytes())?, packed(rest.as_bytes())?];
        reader.check(&members.concat(), &plain)?;
        let long = "長".repeat(700_000);
        let expected = plain.replace("文1", &long);
        reader.check(sample.replace("文1", &long).as_bytes(), &expected)?;
    }
    for reader in LINES {
        // An ideographic space is white space, too.
        let blank = reader.sample().replace('\n', "\n\u{3000}\n");
        reader.check(blank.as_bytes(), &reader.plain()?)?;
    }
    Ok(())
}

#[test]
fn another_encoding_is_named() -> TestResult {
    for reader in ALL {
        let check = |in_place_of_it: &[u8], encoding: &str| {
            let parts: Vec<&str> = reader.sample().split('文').collect();
            let bytes = [parts[0].as_bytes(), in_place_of_it, parts[1].as_bytes()].concat();
            let line = reader.line_of_sample();
            reader.check(&bytes, &format!("error .. , line {line}: not valid UTF-8 .. {encoding}"))
        };
        check(b"\x95\xb6", "Shift_JIS")?;
        check(b"\xcb\xdc", "EUC-JP")?;
        check(b"caf\xe9", "Latin-1")?;
        let utf16: Vec<u16> = reader.sample().encode_utf16().collect();
        let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little]
        {
            reader.check(&bytes, "error .. , line 1: not valid UTF-8 .. UTF-16")?;
        }
    }
    Ok(())
}

#[test]
fn the_rest_by_reader() -> TestResult {
    let header = "query-id\tcorpus-id\tscore\n";
    let beir = |rows: &str| format!("{header}{rows}");
    let table: [(Reader, String, &str); 58] = [
        // Header lines.
        (
            TrecRun,
            "query Q0 document rank score tag\nq Q0 d 1 2 t".into(),
            "error .. line 1: the rank \"rank\" is not a number",
        ),
        (
            TrecQrels,
            "query iteration document grade\nq 0 d 1".into(),
            "error .. line 1: the grade \"grade\" is not a number",
        ),
        (
            TrecQrels,
            beir("q\td\t1"),
            "error .. line 1 .. expected a line of TREC qrels .. found one of BEIR qrels",
        ),
        (BeirQrels, "q\td\t1\n".into(), "error .. line 1: the header is missing"),
        (BeirQrels, "\"q\"\t\"d\"\t\"1\"\n".into(), "error .. line 1: the header is missing"),
        (
            BeirQrels,
            "corpus-id\tquery-id\tscore\nd\tq\t1".into(),
            "error .. line 1: the header names documents before queries",
        ),
        (BeirQrels, "\"query-id\"\t\"corpus-id\"\t\"score\"\nq\td\t1".into(), "q d 1,"),
        // Quoted fields, as pandas and csv write them.
        (BeirQrels, beir("\"q\"\t\"a \"\"b\"\"\"\t\"1\""), "q a \"b\" 1,"),
        (BeirQrels, beir("q\ta\"b\t1"), "q a\"b 1,"),
        (BeirQrels, beir("q\t\"a\t1"), "error .. line 2: the quote of \"a is not closed"),
        (BeirQrels, beir("q\t\"a\"b\"\t1"), "error .. line 2: the quote of \"a\"b\" is not closed"),
        (
            TrecRun,
            "\"q\"\t\"Q0\"\t\"d\"\t1\t2.5\t\"t\"".into(),
            "error .. line 1: the quotes of \"q\" may be part of the id",
        ),
        (
            TrecQrels,
            "q 0 \"d\" 1".into(),
            "error .. line 1: the quotes of \"d\" may be part of the id",
        ),
        // Spaces in ids, surplus and missing fields.
        (TrecRun, "q 1\tQ0\td 1\t1\t2.5\tmy tag".into(), "q 1 d 1 2.5,"),
        (TrecRun, "q 1 Q0 d 1 2.5 t".into(), "error .. line 1: found 7 fields"),
        (TrecRun, "q Q0 d 1 2.5".into(), "error .. line 1: found 5 fields"),
        (TrecRun, "q\t\tQ0\t d \t1\t2.5\tt".into(), "q d 2.5,"),
        (TrecQrels, "q 1\t0\td 1\t1".into(), "q 1 d 1 1,"),
        (TrecQrels, "q 0 d 1 1".into(), "error .. line 1: found 5 fields"),
        (BeirQrels, beir("q 1\td 1\t1"), "q 1 d 1 1,"),
        (BeirQrels, beir("q\td\t1\tx"), "error .. line 2: found 4 fields"),
        // Numbers.
        (TrecRun, "q Q0 d 1.0 1e-3 t".into(), "q d 0.001,"),
        (TrecRun, "q Q0 d 1 0,5 t".into(), "error .. line 1: the score \"0,5\" is not a number"),
        (TrecRun, "q Q0 d 1 inf t".into(), "error .. line 1: score inf"),
        (JsonRun, "{\"q\": {\"d\": \"1\"}}".into(), "error .. line 1 .. string"),
        (TrecQrels, "q 0 d 1.0".into(), "q d 1,"),
        (BeirQrels, beir("q\td\t1.0"), "q d 1,"),
        (JsonQrels, "{\"q\": {\"d\": 1.0}}".into(), "q d 1,"),
        (TrecQrels, "q 0 d 0.5".into(), "error .. line 1: grade 0.5 .. is a fraction"),
        (BeirQrels, beir("q\td\t0.5"), "error .. line 2: grade 0.5 .. is a fraction"),
        (JsonQrels, "{\"q\": {\"d\": 0.5}}".into(), "error .. line 1: grade 0.5 .. is a fraction"),
        (JsonQrels, "{\"q\": {\"d\": null}}".into(), "error .. line 1 .. null"),
        // The same twice.
        (
            TrecRun,
            "q Q0 d 1 2 t\nq Q0 d 2 1 t".into(),
            "error .. line 2: document \"d\" is ranked a second time",
        ),
        (
            JsonRun,
            "{\"q\": {\"d\": 1, \"d\": 1}}".into(),
            "error .. line 1: document \"d\" is ranked a second time",
        ),
        (
            JsonRun,
            "{\"q\": {\"d\": 1}, \"q\": {\"e\": 1}}".into(),
            "error .. line 1: id \"q\" stands here a second time",
        ),
        (TrecQrels, "q 0 d 1\nq 0 d 1".into(), "q d 1,"),
        (
            TrecQrels,
            "q 0 d 1\nq 0 d 2".into(),
            "error .. line 2: document \"d\" has grade 1 for query \"q\", now 2",
        ),
        (
            BeirQrels,
            beir("q\td\t1\nq\td\t0"),
            "error .. line 3: document \"d\" has grade 1 for query \"q\", now 0",
        ),
        (
            JsonQrels,
            "{\"q\": {\"d\": 1, \"d\": 2}}".into(),
            "error .. line 1: document \"d\" has grade 1",
        ),
        (
            JsonQrels,
            "{\"q\": {\"d\": 1}, \"q\": {\"d\": 1}}".into(),
            "error .. line 1: id \"q\" stands here a second time",
        ),
        (
            Documents,
            "{\"_id\": 1, \"text\": \"a\"}\n{\"_id\": \"1\", \"text\": \"b\"}".into(),
            "error .. line 2: id \"1\" stands here a second time",
        ),
        // Values in JSON lines.
        (Documents, "{\"_id\": 17, \"title\": null, \"text\": \"\"}".into(), "17||,"),
        (Queries, "{\"_id\": -3, \"text\": \"a\", \"metadata\": {\"x\": []}}".into(), "-3|a,"),
        (Documents, "{\"_id\": 1.0, \"text\": \"a\"}".into(), "error .. line 1 .. whole number"),
        (Documents, "{\"_id\": null, \"text\": \"a\"}".into(), "error .. line 1 .. null"),
        (Documents, "{\"_id\": \"d\", \"text\": null}".into(), "error .. line 1 .. null"),
        (Queries, "{\"_id\": \"q\"}".into(), "error .. line 1 .. missing field `text`"),
        (
            Documents,
            "[{\"_id\": \"d\", \"text\": \"a\"}]".into(),
            "error .. line 1 .. not the expected JSON",
        ),
        (Documents, "[\"d\", \"t\", \"a\"]".into(), "error .. line 1 .. expected a map"),
        // Lone surrogates.
        (
            Documents,
            "{\"_id\": \"d\", \"text\": \"\\ud800\"}".into(),
            "error .. line 1 .. hex escape",
        ),
        (Queries, "{\"_id\": \"\\udc00\", \"text\": \"\"}".into(), "error .. line 1 .. surrogate"),
        (JsonRun, "{\"q\": {\"\\ud83d\": 1}}".into(), "error .. line 1 .. hex escape"),
        (JsonQrels, "{\"q\": {\"\\ud83d\\u0041\": 1}}".into(), "error .. line 1 .. surrogate"),
        // NUL.
        (
            TrecRun,
            "q Q0 abcdefgh\0 1 2 t".into(),
            "error .. line 1: the id \"abcdefgh\\0\" has the character U+0000",
        ),
        (TrecQrels, "abcdefgh\0 0 d 1".into(), "error .. line 1: the id \"abcdefgh\\0\" has"),
        (BeirQrels, beir("q\0\td\t1"), "error .. line 2: the id \"q\\0\" has"),
        (JsonQrels, "{\"q\\u0000\": {\"d\": 1}}".into(), "error .. line 1: the id \"q\\0\" has"),
        (
            Documents,
            "{\"_id\": \"d\\u0000\", \"text\": \"\"}".into(),
            "error .. line 1: the id \"d\\0\" has",
        ),
    ];
    for (reader, text, expected) in table {
        reader.check(text.as_bytes(), expected)?;
    }
    Ok(())
}
