//! Every reader of documents with the files that people have.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jacolbert_documents::{
    Document, DocumentStream, Error, read_jsonl, read_tsv, stream_jsonl, stream_tsv,
};

use crate::TestResult;

#[derive(Debug, Clone, Copy)]
enum Reader {
    Json,
    Tabs,
}

use Reader::{Json, Tabs};

impl Reader {
    fn read(self, path: &Path) -> Result<Vec<Document>, Error> {
        match self {
            Json => read_jsonl(path),
            Tabs => read_tsv(path),
        }
    }

    fn stream(self, path: &Path) -> Result<DocumentStream, Error> {
        match self {
            Json => stream_jsonl(path),
            Tabs => stream_tsv(path),
        }
    }
}

/// `id=text` or `id=text metadata` of each document, or the message of the error after the file's name.
pub(crate) fn shown(documents: Result<Vec<Document>, Error>, path: &Path) -> String {
    let shown = |document: &Document| {
        let Document { id, text, metadata } = document;
        let metadata = if metadata.is_null() { String::new() } else { format!(" {metadata}") };
        format!("{id}={text}{metadata}")
    };
    match documents {
        Ok(documents) => documents.iter().map(shown).collect::<Vec<_>>().join("; "),
        Err(error) => {
            let message = error.to_string().replace(&*path.to_string_lossy(), "");
            message.trim_start_matches(", ").to_string()
        }
    }
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn gzip(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

#[test]
fn every_reader_takes_or_refuses_every_input() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents");
    let check = |reader: Reader, file: &[u8], expected: &str| -> TestResult {
        fs::write(&path, file)?;
        let found = shown(reader.read(&path), &path);
        assert_eq!(found, expected, "{reader:?} {}", String::from_utf8_lossy(file));
        let streamed: Result<Vec<Document>, Error> = reader.stream(&path)?.collect();
        assert_eq!(shown(streamed, &path), expected);
        Ok(())
    };
    let json = |file: &str, expected: &str| check(Json, file.as_bytes(), expected);
    let tabs = |file: &str, expected: &str| check(Tabs, file.as_bytes(), expected);

    // Byte order mark.
    json("\u{feff}{\"id\":\"a\",\"text\":\"一\"}", "a=一")?;
    tabs("\u{feff}a\t一", "a=一")?;
    tabs("\u{feff}id\ttext\na\t一", "a=一")?;
    // CRLF, a lone CR, blank lines.
    json("{\"id\":\"a\",\"text\":\"一\"}\r\n{\"id\":\"b\",\"text\":\"二\"}\r\n", "a=一; b=二")?;
    tabs("a\t一\r\nb\t二\r\n", "a=一; b=二")?;
    json("{\"id\":\"a\",\"text\":\"一\"}\r{\"id\":\"b\",\"text\":\"二\"}\r", "a=一; b=二")?;
    tabs("a\t一\rb\t二\r", "a=一; b=二")?;
    tabs("a\t一\rの続き\nb\t二\n", "a=一\rの続き; b=二")?;
    json("\n{\"id\":\"a\",\"text\":\"一\"}\n \t\n\r\n", "a=一")?;
    tabs("\na\t一\n \t\n　\n\r\nb\t\n", "a=一; b=")?;
    json("", "")?;
    tabs("\n\n", "")?;
    // Header lines.
    tabs("id\ttext\na\t一\n", "a=一")?;
    tabs("_id\ttitle\ttext\na\t題\t一\nb\t\t二\n", "a=一 {\"title\":\"題\"}; b=二")?;
    tabs("PID\tPassage\n1\t一\n", "1=一")?;
    tabs("\"id\"\t\"text\"\n\"a\"\t\"一\"\n", "a=一")?;
    tabs("\tid\ttext\turl\n0\ta\t一\tu\n", "a=一 {\"url\":\"u\"}")?;
    tabs("id\ttext\na\t一\tu\n", "line 2: 3 fields where the first line names 2")?;
    tabs(
        "id\t文\na\t一\n",
        "line 1: the first line is either a document with the id \"id\", or it names columns, of which \
         text is missing",
    )?;
    tabs(
        "id\tcontents\tbody\na\t一\t二\n",
        "line 1: the first line is either a document with the id \"id\", or it names columns, of which \
         the text could be contents or body",
    )?;
    tabs("a\tid\tb\n", "a=id {\"title\":\"b\"}")?;
    // Titles, and tabs that are too many or too few.
    tabs("0\t一\t題\n1\t二\t\n", "0=一 {\"title\":\"題\"}; 1=二")?;
    tabs(
        "a\t一\t二\t三\n",
        "line 1: 4 fields: either the text has tabs and must be quoted, or there are columns that the first \
         line must name",
    )?;
    tabs("a\t一\nbだけ\n", "line 2: no tab between id and text")?;
    // Quoted fields.
    tabs("\"a\"\t\"一\"\n", "a=一")?;
    tabs("a\t\"「一」\tと\"\"二\"\"\"\n", "a=「一」\tと\"二\"")?;
    tabs("a\t\"一\r\n\r\n二\"\t題\nb\t三\n", "a=一\n\n二 {\"title\":\"題\"}; b=三")?;
    tabs(
        "a\t\"一\" and \"二\"\nb\t\"三\"\nc\t\"四\nd\t五\n",
        "a=\"一\" and \"二\"; b=\"三\"; c=\"四; d=五",
    )?;
    tabs(
        "c\t\"四\nd\t五\"\n",
        "line 1: the last field begins with a quotation mark: either it is quoted and ends in line 2, or \
         line 2 is a document of its own; DocumentStream::quotes says which",
    )?;
    tabs("\"a\t一\nb\t二\n", "line 1: a field begins with a quotation mark that is not closed")?;
    // BEIR's fields, and others.
    json(
        "{\"_id\":\"a\",\"title\":\"題\",\"text\":\"一\",\"metadata\":{}}",
        "a=一 {\"title\":\"題\"}",
    )?;
    json("{\"id\":\"a\",\"text\":\"一\",\"metadata\":{}}", "a=一 {}")?;
    json(
        "{\"id\":\"a\",\"text\":\"一\",\"url\":1,\"metadata\":{\"n\":null}}",
        "a=一 {\"n\":null,\"url\":1}",
    )?;
    json("{\"id\":\"a\",\"text\":\"一\",\"metadata\":[1]}", "a=一 [1]")?;
    json(
        "{\"id\":\"a\",\"text\":\"一\",\"n\":1,\"metadata\":[1]}",
        "line 1: metadata is [1], which has no room for n",
    )?;
    json("{\"id\":\"a\",\"text\":\"一\",\"n\":1,\"metadata\":{\"n\":1}}", "a=一 {\"n\":1}")?;
    json(
        "{\"id\":\"a\",\"text\":\"一\",\"n\":1,\"metadata\":{\"n\":2}}",
        "line 1: n is 1, and 2 in metadata",
    )?;
    json("{\"docid\":\"a\",\"contents\":\"一\"}", "a=一")?;
    json("{\"id\":\"a\",\"docid\":\"b\",\"text\":\"一\"}", "a=一 {\"docid\":\"b\"}")?;
    json("{\"id\":\"a\",\"_id\":\"a\",\"text\":\"一\"}", "a=一")?;
    json("{\"id\":\"a\",\"_id\":\"b\",\"text\":\"一\"}", "line 1: the id could be _id or id")?;
    json("{\"id\":\"a\",\"id\":\"b\",\"text\":\"一\"}", "line 1: id is there twice at column 18")?;
    // Numbers as ids, null.
    json("{\"id\":7,\"text\":\"一\"}", "7=一")?;
    json("{\"id\":18446744073709551615,\"text\":\"一\"}", "18446744073709551615=一")?;
    json("{\"id\":1.0,\"text\":\"一\"}", "line 1: id is 1.0, not a string or an integer")?;
    json("{\"id\":[],\"text\":\"一\"}", "line 1: id is [], not a string or an integer")?;
    tabs("007\t一\n1.0\t二\n", "007=一; 1.0=二")?;
    json("{\"id\":\"a\",\"text\":\"一\",\"title\":null,\"metadata\":null}", "a=一")?;
    json("{\"id\":null,\"_id\":\"a\",\"text\":\"一\"}", "a=一")?;
    json("{\"id\":null,\"text\":\"一\"}", "line 1: id is missing")?;
    json("{\"id\":\"a\",\"text\":null}", "line 1: text is missing")?;
    json("{\"id\":\"a\",\"text\":1}", "line 1: text is 1, not a string")?;
    // Ids that are empty, taken, or have a NUL.
    json("{\"id\":\"\",\"text\":\"一\"}", "line 1: the id is empty")?;
    tabs("a\t一\n\t二\n", "line 2: the id is empty")?;
    json(
        "{\"id\":1,\"text\":\"一\"}\n\n{\"id\":\"1\",\"text\":\"二\"}",
        "line 3: the id \"1\" is that of line 1 too",
    )?;
    tabs("a\t一\na\t一\n", "line 2: the id \"a\" is that of line 1 too")?;
    json("{\"id\":\"a\\u0000\",\"text\":\"一\"}", "line 1: the id has a NUL character")?;
    tabs("a\0\t一\n", "line 1: the id has a NUL character")?;
    tabs("a\t一\0\n", "a=一\0")?;
    // No JSON object, lone surrogates.
    json("{", "line 1: EOF while parsing an object at column 1; write every document on one line")?;
    json(
        "[{\"id\":\"a\",\"text\":\"一\"}]",
        "line 1: invalid type: sequence, expected an object at column 0; write every document on a line, \
         without a list around them",
    )?;
    json(
        "{\"id\":\"a\",\"text\":\"\\ud83d\"}",
        "line 1: unexpected end of hex escape at column 25; \\ud800 to \\udfff are halves of a character",
    )?;
    json("{\"id\":\"a\",\"text\":\"\\ud83d\\ude00\"}", "a=😀")?;
    // Other encodings.
    check(
        Json,
        b"{\"id\":\"a\",\"text\":\"caf\xe9\"}",
        "line 1: not UTF-8; it looks like Latin-1: \
         convert the file with `iconv -f CP1252 -t UTF-8`",
    )?;
    check(
        Tabs,
        b"a\tb\n\x93\xfa\t\x96\x7b\n",
        "line 2: not UTF-8; it looks like Shift_JIS: convert \
         the file with `iconv -f CP932 -t UTF-8`",
    )?;
    for reader in [Json, Tabs] {
        check(
            reader,
            &utf_16("a\t一\n"),
            "line 1: not UTF-8; it looks like UTF-16: convert the file \
             with `iconv -f UTF-16 -t UTF-8`",
        )?;
    }
    // Other files.
    for reader in [Json, Tabs] {
        check(
            reader,
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "line 1: the file is a git-LFS pointer and not the file itself; run `git lfs pull` in its folder",
        )?;
        check(
            reader,
            b"<!DOCTYPE html>\n",
            "line 1: the file is an HTML page; fetch the file itself, not the page that shows it",
        )?;
    }
    // Gzip.
    check(Json, &gzip("{\"id\":\"a\",\"text\":\"一\"}\n")?, "a=一")?;
    check(Tabs, &gzip("id\ttext\r\na\t一\r\n")?, "a=一")?;
    Ok(())
}

#[test]
fn a_line_may_be_very_long() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents");
    let text = "山".repeat(3_000_000);
    fs::write(&path, format!("a\t{text}\n"))?;
    assert_eq!(read_tsv(&path)?, [Document::new("a", &*text)]);
    fs::write(&path, format!("{{\"id\":\"a\",\"text\":\"{text}\"}}\n"))?;
    assert_eq!(read_jsonl(&path)?, [Document::new("a", &*text)]);
    Ok(())
}

#[test]
fn bad_lines_are_skipped_and_counted_on_request_only() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents");
    let lines: [&[u8]; 6] = [
        b"{\"id\":\"a\",\"text\":\"\"}",
        b"{\"id\":",
        b"\xff",
        b"{\"id\":\"\",\"text\":\"\"}",
        b"{\"id\":\"a\",\"text\":\"again\"}",
        b"{\"id\":\"b\",\"text\":\"\"}",
    ];
    fs::write(&path, lines.join(&b'\n'))?;
    let read = |most: usize| -> Result<_, Error> {
        let mut stream = stream_jsonl(&path)?.skip_bad_lines(most);
        let ids = stream.by_ref().map(|document| document.map(|document| document.id));
        let ids: Vec<Result<String, Error>> = ids.collect();
        let skipped: Vec<String> = stream.skipped().iter().map(Error::to_string).collect();
        Ok((ids, skipped))
    };
    let (ids, skipped) = read(4)?;
    assert_eq!(ids.into_iter().collect::<Result<Vec<_>, _>>()?, ["a", "b"]);
    let numbers: Vec<bool> =
        (2..6).zip(&skipped).map(|(n, what)| what.contains(&format!(", line {n}: "))).collect();
    assert_eq!(numbers, [true; 4], "{skipped:?}");
    let (ids, skipped) = read(3)?;
    assert_eq!(skipped.len(), 3);
    let [Ok(first), Err(Error::DuplicateLine { line: 5, first: 1, id, .. })] = &ids[..] else {
        return Err(format!("{ids:?}").into());
    };
    assert_eq!((first.as_str(), id.as_str()), ("a", "a"));
    let (ids, skipped) = read(0)?;
    assert!(matches!(ids[..], [Ok(_), Err(Error::Line { line: 2, .. })]), "{ids:?}");
    assert!(skipped.is_empty());
    Ok(())
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for error in [read_jsonl("missing"), read_tsv("missing")] {
        assert!(matches!(&error, Err(Error::Io { path, .. }) if path == Path::new("missing")));
    }
}
