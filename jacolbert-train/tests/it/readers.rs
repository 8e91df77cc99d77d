//! Every reader of training files, and the files that people bring: what is read, and what is refused.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jacolbert_train::{Choice, Error, ExampleOptions, Examples, IdFormat, Order, TextFormat};

use crate::TestResult;
use crate::scratch::Scratch;

/// A file that is read.
#[derive(Debug, Clone, Copy)]
enum Reader {
    Queries,
    Collection,
    IdTriples,
    IdHardNegatives,
    Lists,
    Tabbed,
    HardNegatives,
}

use Reader::{Collection, HardNegatives, IdHardNegatives, IdTriples, Lists, Queries, Tabbed};

const READERS: [Reader; 7] =
    [Queries, Collection, IdTriples, IdHardNegatives, Lists, Tabbed, HardNegatives];

impl Reader {
    /// A file of two lines without anything special, in which [`PLAIN`] is read.
    fn plain(self) -> &'static str {
        match self {
            Queries => "0\t問\n1\t誰\n",
            Collection => "0\t正\n1\t負\n",
            IdTriples => "[0, 0, 1]\n[1, 1, 0]\n",
            IdHardNegatives => {
                "{\"query_id\": 0, \"positive_ids\": [0], \"negative_ids\": [1]}\n\
                 {\"query_id\": 1, \"positive_ids\": [1], \"negative_ids\": [0]}\n"
            }
            Lists => "[\"問\", \"正\", \"負\"]\n[\"誰\", \"負\", \"正\"]\n",
            Tabbed => "問\t正\t負\n誰\t負\t正\n",
            HardNegatives => {
                "{\"query\": \"問\", \"positives\": [\"正\"], \"negatives\": [\"負\"]}\n\
                 {\"query\": \"誰\", \"positives\": [\"負\"], \"negatives\": [\"正\"]}\n"
            }
        }
    }

    /// The rows of training data of which `content` is this file and the others are plain.
    fn read(self, content: &[u8]) -> Result<String, Error> {
        let scratch = Scratch::new().expect("the folder can be written");
        let file = |reader: Self| {
            let of_others = reader.plain().as_bytes();
            let is_this = std::mem::discriminant(&reader) == std::mem::discriminant(&self);
            let path = scratch.path().join(format!("{reader:?}"));
            std::fs::write(&path, if is_this { content } else { of_others })
                .expect("the file can be written");
            path
        };
        let options =
            ExampleOptions { order: Order::AsStored, choice: Choice::First, ..Default::default() };
        let with_ids = |reader, format| {
            let [rows, queries, collection] = [reader, Queries, Collection].map(file);
            Examples::with_ids(&rows, format, &queries, &collection, &options)
        };
        let with_texts = |format| Examples::with_texts(&file(self), format, &options);
        let mut examples = match self {
            Queries | Collection | IdTriples => with_ids(IdTriples, IdFormat::Triples),
            IdHardNegatives => with_ids(IdHardNegatives, IdFormat::HardNegatives),
            Lists => with_texts(TextFormat::Lists),
            Tabbed => with_texts(TextFormat::Tabbed),
            HardNegatives => with_texts(TextFormat::HardNegatives),
        }?;
        let rows = (0..examples.num_rows()).map(|row| {
            let example = examples.read(row, 0)?;
            Ok(format!("{}>{}", example.query, example.passages.join(",")))
        });
        Ok(rows.collect::<Result<Vec<_>, Error>>()?.join(" "))
    }
}

const PLAIN: &str = "問>正,負 誰>負,正";

/// Checks the rows that are read, or a part of the message.
fn check(reader: Reader, content: &[u8], expected: Result<&str, &str>) {
    let input = String::from_utf8_lossy(content);
    let input: String = input.chars().take(200).collect();
    match (reader.read(content), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{reader:?}: {input}"),
        (Err(error), Err(expected)) => {
            let found = error.to_string();
            assert!(found.contains(expected), "{reader:?}: {input}: {found}");
        }
        (found, _) => panic!("{reader:?}: {input}: {found:?}, not {expected:?}"),
    }
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

#[test]
fn every_reader_has_one_rule_for_lines() -> TestResult {
    for reader in READERS {
        let plain = reader.plain();
        let same = [
            plain.to_string(),
            plain.trim_end().to_string(),
            format!("\u{feff}{plain}"),
            plain.replace('\n', "\r\n"),
            plain.replace('\n', "\r"),
            plain.trim_end().replace('\n', "\r"),
            format!("\u{feff}{}", plain.replace('\n', "\r")),
            format!("\n{plain}"),
            format!("{plain}\n\r\n \t\n\u{3000}\n"),
            plain.replace('\n', "\n\n"),
            plain.replace('\n', "\r\n  \r\n"),
        ];
        for content in same {
            check(reader, content.as_bytes(), Ok(PLAIN));
            check(reader, &gzip(content.as_bytes())?, Ok(PLAIN));
        }
    }
    Ok(())
}

#[test]
fn every_reader_names_the_line_and_the_encoding_of_what_is_not_utf_8() -> TestResult {
    for reader in READERS {
        let then = |line: &[u8]| [reader.plain().as_bytes(), line].concat();
        let name = format!("{reader:?}, line 3: not UTF-8");
        check(
            reader,
            &then(b"\x93\xfa\x96\x7b\x82\xcc\n"),
            Err(&format!("{name}; it looks like Shift_JIS")),
        );
        check(
            reader,
            &then(b"\xc6\xfc\xcb\xdc\xa4\xce\n"),
            Err(&format!("{name}; it looks like EUC-JP")),
        );
        check(reader, &then(b"caf\xe9\n"), Err(&format!("{name}; it looks like Latin-1")));
        check(reader, &gzip(&then(b"caf\xe9\n"))?, Err(&format!("{name}; it looks like Latin-1")));
        let utf_16: Vec<u8> = reader.plain().encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark = [b"\xff\xfe", &utf_16[..]].concat();
        check(reader, &with_mark, Err("line 1: not UTF-8; it looks like UTF-16"));
    }
    Ok(())
}

#[test]
fn every_reader_reads_very_long_lines() {
    for reader in [Queries, Lists, Tabbed, HardNegatives] {
        let long = "長".repeat(300_000);
        let content = reader.plain().replace('問', &long);
        check(reader, content.as_bytes(), Ok(&PLAIN.replace('問', &long)));
    }
}

/// Checks inputs of one reader: each is text, and what is read or part of the message.
fn check_all(reader: Reader, cases: &[(&str, Result<&str, &str>)]) {
    for (content, expected) in cases {
        check(reader, content.as_bytes(), *expected);
    }
}

#[test]
fn tables() {
    check_all(
        Queries,
        &[
            ("id\ttext\n0\t問\n1\t誰\n", Ok(PLAIN)),
            ("Query-ID\tQuery\n0\t問\n1\t誰\n", Ok(PLAIN)),
            ("\"0\"\t\"問\"\n\"1\"\t\"誰\"\n", Ok(PLAIN)),
            ("\"0\"\t問\n\"1\"\t誰\n", Ok(PLAIN)),
            ("0\t\"問\"\n1\t\"誰\"\n", Ok(PLAIN)),
            ("0\t\"問\"\n1\t誰\n", Ok("\"問\">正,負 誰>負,正")),
            ("0\t\"問\"は\n1\t\"誰\"は\n", Ok("\"問\"は>正,負 \"誰\"は>負,正")),
            ("0\t\"\"\"問\"\"は\"\n1\t誰\n", Ok("\"問\"は>正,負 誰>負,正")),
            ("0\t\"問\tは\"\n1\t誰\n", Ok("問\tは>正,負 誰>負,正")),
            (
                "\"0\"\t\"問\"は\n\"1\"\t誰\n",
                Err("Queries, line 1: quotes are part of the text here"),
            ),
            ("\"0\"\t\"問\"は\n1\t誰\n", Err("IdTriples, line 1: no query has id `0`")),
            ("0\t\"問\"\"は\"\n1\t\"誰\"か\n", Ok("\"問\"\"は\">正,負 \"誰\"か>負,正")),
            ("0\t問\n0\t問\n1\t誰\n", Ok(PLAIN)),
            ("0\t問\n1\t誰\n2\t\n3\tx\n3\ty\n", Ok(PLAIN)),
            ("0\t問\n0\t門\n1\t誰\n", Err("the text with id `0` (")),
            ("0\t \n1\t誰\n", Err("line 1) is empty")),
            ("0\t問\t\n1\t誰\t \n", Ok(PLAIN)),
            (
                "0\t問\t題\n1\t誰\n",
                Err("has 3 fields: the third may be the rest of a text with a tab"),
            ),
            ("0\u{0}\t問\n1\t誰\n", Err("Queries, line 1: the id \"0\\0\" has a NUL")),
            ("0\t問\u{0}\n1\t誰\n", Ok("問\u{0}>正,負 誰>負,正")),
            ("0.0\t問\n1\t誰\n", Err("IdTriples, line 1: no query has id `0`")),
            ("\t問\n1\t誰\n", Err("Queries, line 1: not of the form id<TAB>text")),
            ("0,問\n1,誰\n", Err("Queries, line 1: not of the form id<TAB>text")),
            ("", Err("IdTriples, line 1: no query has id `0`")),
        ],
    );
    check_all(
        Collection,
        &[
            ("pid\tpassage\n1\t負\n0\t正\n", Ok(PLAIN)),
            ("\"pid\"\t\"passage\"\n\"1\"\t\"負\"\n\"0\"\t\"正\"\n", Ok(PLAIN)),
            ("0\t正\n1\t負\t題\n", Err("the text with id `1` (")),
            ("0\t正\n1\t負\n1\t負\n", Ok(PLAIN)),
            ("0\t正\n1\t負\n1\t敗\n", Err("has another text in line 3")),
        ],
    );
}

#[test]
fn rows_of_ids() {
    check_all(
        IdTriples,
        &[
            ("[\"0\", \"0\", 1]\n", Ok("問>正,負")),
            ("[0, 0, null, 1]\n", Ok("問>正,負")),
            ("[0, 0, 1]\n[0, 0, 1]\n", Ok("問>正,負 問>正,負")),
            ("[null, 0, 1]\n", Err("IdTriples, line 1: not [query, positive")),
            ("[0, null, 1]\n", Err("line 1: no positive")),
            ("[0.0, 0, 1]\n", Err("0.0 is neither a string nor an integer")),
            ("[0, 0, 1.0]\n", Err("1.0 is neither a string nor an integer")),
            ("[0, 0, 18446744073709551615]\n", Err("no passage has id `18446744073709551615`")),
            ("[0, 0, -1]\n", Err("no passage has id `-1`")),
            ("[0, 0, true]\n", Err("true is neither a string nor an integer")),
            ("[\"qid\", \"pid+\", \"pid-\"]\n[0, 0, 1]\n", Err("line 1: no query has id `qid`")),
            ("[\"0\\u0000\", 0, 1]\n", Err("line 1: no query has id `0\u{0}`")),
            ("[0, 0, 1]\n[\"\\ud800\", 0, 1]\n", Err("IdTriples, line 2: not [query, positive")),
            ("0\t0\t1\n", Err("IdTriples, line 1: not [query, positive")),
            ("", Ok("")),
        ],
    );
    let row = |query: &str, positives: &str, negatives: &str| {
        format!(
            "{{\"query_id\": {query}, \"positive_ids\": {positives}, \"negative_ids\": {negatives}}}\n"
        )
    };
    check_all(
        IdHardNegatives,
        &[
            (&row("\"0\"", "[\"0\"]", "[1]"), Ok("問>正,負")),
            (&row("0", "[null, 0]", "[null, 1]"), Ok("問>正,負")),
            (&row("0", "[0]", "null"), Err("line 1: 0 negatives; 1 are needed")),
            (&row("0", "null", "[1]"), Err("line 1: no positive")),
            (&row("null", "[0]", "[1]"), Err("null is neither a string nor an integer")),
            (&row("0", "[0]", "[1.0]"), Err("1.0 is neither a string nor an integer at column")),
            (&row("\"\\udc00\"", "[0]", "[1]"), Err("IdHardNegatives, line 1: not {\"query_id\"")),
            ("{\"query_id\": 0, \"positive_ids\": [0]}\n", Err("missing field `negative_ids`")),
        ],
    );
}

#[test]
fn rows_of_texts() {
    check_all(
        Lists,
        &[
            ("[1, 2, 3]\n", Ok("1>2,3")),
            ("[\"問\", \"正\", null, \"負\"]\n", Ok("問>正,負")),
            ("[\"query\", \"positive\", \"negative\"]\n[\"問\", \"正\", \"負\"]\n", Ok("問>正,負")),
            ("[\"問\\u0000\", \"正\", \"負\"]\n", Ok("問\u{0}>正,負")),
            ("[\"問\", \"正\", \"\\ud83d\"]\n", Err("Lists, line 1: not [query, positive")),
            ("[\"問\", \"正\", \"\"]\n", Err("Lists, line 1: passage 2 is empty")),
            ("[\"問\", \"正\", 0.5]\n", Err("0.5 is neither a string nor an integer")),
        ],
    );
    check_all(
        Tabbed,
        &[
            ("query\tpositive\tnegative\n問\t正\t負\n", Ok("問>正,負")),
            ("質問\t正例\t負例_1\n問\t正\t負\n", Ok("問>正,負")),
            ("query\t正\t負\n", Ok("query>正,負")),
            ("問\t正\t負\nquery\tpositive\tnegative\n", Ok("問>正,負 query>positive,negative")),
            ("\"問\"\t\"正\"\t\"負\"\n", Ok("問>正,負")),
            ("\"問\"とは\t正\t負\n", Ok("\"問\"とは>正,負")),
            ("問\t\"\"\"正\"\"だ\"\t負\n", Ok("問>\"正\"だ,負")),
            (
                "問\t\"正\tだ\"\t負\n",
                Err("Tabbed, line 1: a quote opens in one text and closes in another"),
            ),
            ("問\t正\t負\n問\t\t負\n", Err("Tabbed, line 2: passage 1 is empty")),
            ("問\t正\t負\u{0}\n", Ok("問>正,負\u{0}")),
            ("問,正,負\n", Err("Tabbed, line 1: not of the form query<TAB>positive")),
        ],
    );
    check_all(
        HardNegatives,
        &[
            (
                "{\"query\": \"問\", \"positives\": [\"正\"], \"negatives\": null, \"bm25_negatives\": [\"負\"]}\n",
                Ok("問>正,負"),
            ),
            (
                "{\"query\": \"問\", \"positives\": [\"正\"], \"negatives\": [\"負\"], \"bm25_negatives\": null}\n",
                Ok("問>正,負"),
            ),
            ("{\"query\": 1, \"positives\": [2], \"negatives\": [3]}\n", Ok("1>2,3")),
            (
                "{\"query\": \"\\ud800\", \"positives\": [\"正\"], \"negatives\": [\"負\"]}\n",
                Err("HardNegatives, line 1: not {\"query\""),
            ),
            (
                "{\"query\": \"問\", \"query\": \"誰\", \"positives\": [\"正\"], \"negatives\": [\"負\"]}\n",
                Err("duplicate field `query`"),
            ),
        ],
    );
}
