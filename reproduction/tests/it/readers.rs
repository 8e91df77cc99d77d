//! Every reader against the habits of the files that people have: what it makes of each.

use std::error::Error as _;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jacolbert_reproduction::miracl::MiraclFolder;
use jacolbert_reproduction::{Error, TestCollection, jacwir, jqara, jsquad, mr_tydi};

use crate::TestResult;
use crate::folder::folder_of;

/// A reader and small files for it, whose texts have the character 文.
struct Reader {
    name: &'static str,
    open: fn(&Path) -> Result<TestCollection, Error>,
    files: &'static [(&'static str, &'static str)],
}

fn open_miracl(folder: &Path) -> Result<TestCollection, Error> {
    MiraclFolder::open(folder)?.full()
}

const SQUAD: Reader = Reader {
    name: "SQuAD",
    open: jsquad::open,
    files: &[(
        "valid.json",
        r#"{"data":[{"paragraphs":[
{"context":"文","qas":[{"id":7,"question":"?"}]}]}]}
"#,
    )],
};
const ROWS: Reader = Reader {
    name: "rows of contexts",
    open: jsquad::open,
    files: &[("valid.jsonl", "{\"id\":7,\"question\":\"?\",\"context\":\"文\"}\n")],
};
const BEIR: Reader = Reader {
    name: "BEIR",
    open: jsquad::open,
    files: &[
        ("corpus.jsonl", "{\"_id\":7,\"title\":null,\"text\":\"文\"}\n"),
        ("queries.jsonl", "{\"_id\":7,\"text\":\"文?\"}\n"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n7\t7\t1.0\n"),
    ],
};
const MIRACL: Reader = Reader {
    name: "MIRACL",
    open: open_miracl,
    files: &[
        ("topics.miracl-v1.0-ja-dev.tsv", "query-id\ttext\n7\t文?\n"),
        ("qrels.miracl-v1.0-ja-dev.tsv", "7\tQ0\t1#0\t1.0\n"),
        ("docs-0.jsonl", "{\"docid\":\"1#0\",\"title\":null,\"text\":\"文\"}\n"),
    ],
};
const MR_TYDI: Reader = Reader {
    name: "Mr.TyDi",
    open: mr_tydi::open_full,
    files: &[
        ("topic.test.tsv", "7\t文?\n"),
        ("qrels.test.txt", "7 Q0 1 1\n"),
        ("docs.jsonl", "{\"id\":1,\"contents\":\"t\\n\\n文\",\"text\":null}\n"),
    ],
};
const JQARA: Reader = Reader {
    name: "JQaRA",
    open: jqara::open,
    files: &[(
        "test.jsonl",
        "{\"q_id\":7,\"question\":\"?\",\"passage_row_id\":1,\"title\":null,\"text\":\"文\",\"label\":1.0}\n",
    )],
};
const JACWIR: Reader = Reader {
    name: "JaCWIR",
    open: jacwir::open,
    files: &[
        ("eval.jsonl", "{\"query\":\"文?\",\"positive\":1,\"negatives\":[]}\n"),
        ("collection.jsonl", "{\"doc_id\":1,\"title\":null,\"description\":\"文\"}\n"),
    ],
};
const ALL: [Reader; 7] = [SQUAD, ROWS, BEIR, MIRACL, MR_TYDI, JQARA, JACWIR];

type Change<'a> = &'a dyn Fn(&str) -> Vec<u8>;

impl Reader {
    /// What the reader makes of its files after a change: documents and queries, or its error.
    fn outcome(&self, change: Change<'_>) -> Result<String, Box<dyn std::error::Error>> {
        let changed: Vec<_> = self.files.iter().map(|(name, text)| (*name, change(text))).collect();
        let files: Vec<_> = changed.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
        Ok(match (self.open)(folder_of(&files)?.path()) {
            Ok(collection) => {
                let documents = collection.documents.iter().map(|d| format!("{}|{}", d.id, d.text));
                let queries = collection.queries.iter().map(|q| format!("{}|{}", q.id, q.text));
                documents.chain(queries).collect::<Vec<_>>().join(",")
            }
            Err(error) => chain(&error),
        })
    }

    /// Checks what comes out, or of which words the error is, with `to` in the place of `from`.
    fn check(&self, from: &str, to: &[u8], words: &[&str]) -> TestResult {
        let outcome = self.outcome(&|text| replaced(text, from, to))?;
        for word in words {
            assert!(outcome.contains(word), "{}: {outcome}, no {word}", self.name);
        }
        Ok(())
    }
}

/// The message and its causes.
fn chain(error: &Error) -> String {
    let mut text = format!("error {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn replaced(text: &str, from: &str, to: &[u8]) -> Vec<u8> {
    text.split(from).map(str::as_bytes).collect::<Vec<_>>().join(to)
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory takes all bytes");
    encoder.finish().expect("memory takes all bytes")
}

#[test]
fn what_changes_nothing_in_the_text_changes_nothing_in_what_is_read() -> TestResult {
    let long = "長".repeat(400_000);
    for reader in ALL {
        let plain = reader.outcome(&|text| text.into())?;
        assert!(plain.contains('文') && !plain.starts_with("error"), "{}: {plain}", reader.name);
        let changes: [Change<'_>; 6] = [
            &|text| format!("\u{feff}{text}").into(),
            &|text| text.replace('\n', "\r\n").into(),
            &|text| text.replace('\n', "\r").into(),
            &|text| text.replace('\n', "\n \t\n\n").into(),
            &|text| text.trim_end().into(),
            &|text| packed(format!("\u{feff}{text}").as_bytes()),
        ];
        for (n, change) in changes.iter().enumerate() {
            assert_eq!(reader.outcome(change)?, plain, "{}, change {n}", reader.name);
        }
        let outcome = reader.outcome(&|text| text.replace('文', &long).into())?;
        assert!(outcome == plain.replace('文', &long), "{}: {outcome:.200}", reader.name);
    }
    Ok(())
}

#[test]
fn another_encoding_is_named_with_file_and_line() -> TestResult {
    for reader in ALL {
        reader.check("文", b"\x95\xb6", &["error", "line", "Shift_JIS"])?;
        reader.check("文", b"\xcb\xdc", &["error", "line", "EUC-JP"])?;
        reader.check("文", b"\xe9t\xe9", &["error", "line", "Latin-1"])?;
        let outcome = reader.outcome(&|text| {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        })?;
        assert!(outcome.contains("line 1") && outcome.contains("UTF-16"), "{outcome}");
    }
    Ok(())
}

#[test]
fn values_of_rows_by_reader() -> TestResult {
    let second_row =
        "{\"id\":7,\"question\":\"?\",\"context\":\"a\"}\n{\"id\":\"7\",\"question\":\"!\",";
    let table: [(Reader, &str, &str, &str); 19] = [
        // Numbers as ids are their digits; fractions are none.
        (SQUAD, "7", "\"7\"", "7|?"),
        (SQUAD, "7", "7.5", "line 2: not the expected JSON"),
        (JQARA, "\"passage_row_id\":1", "\"passage_row_id\":1.5", "whole number"),
        (JACWIR, "\"positive\":1", "\"positive\":\"1\"", "1| 文"),
        (MR_TYDI, "\"id\":1", "\"docid\":\"1\"", "1|文"),
        // Grades.
        (JQARA, "1.0", "0.5", "line 1: expected the label 0 or 1"),
        (BEIR, "1.0", "0.5", "line 2: grade 0.5"),
        (MIRACL, "1.0", "0.5", "line 1: grade 0.5"),
        // Missing and null texts.
        (SQUAD, "\"文\"", "null", "line 2: not the expected JSON"),
        (JQARA, "\"文\"", "null", "1| ,7|?"),
        (MR_TYDI, "\"contents\"", "\"other\"", "line 1: expected text or contents"),
        // An id twice, with another text.
        (ROWS, "{\"id\":7,\"question\":\"?\",", second_row, "line 2: id \"7\" stands here"),
        (MIRACL, "7\t文?\n", "7\t文?\n7\ta\n", "line 3: id \"7\" stands here"),
        // U+0000, quotes, lone surrogates.
        (MIRACL, "7\t文", "7\0\t文", "line 2: expected an id that is not empty"),
        (MIRACL, "7\t文", "\"7\"\t文", "line 2: expected an id without quotes"),
        (JACWIR, "\"positive\":1", "\"positive\":\"\\u0000\"", "line 1: expected ids that differ"),
        (ROWS, "文", "\\ud800", "line 1: not the expected JSON"),
        (ROWS, "{\"id\":7,\"question\":\"?\",\"context\":\"文\"}", "[\"文\",7]", "expected a map"),
        (JQARA, "\"q_id\":7", "\"q_id\":null", "line 1: not the expected JSON"),
    ];
    for (reader, from, to, expected) in table {
        reader.check(from, to.as_bytes(), &[expected])?;
    }
    Ok(())
}
