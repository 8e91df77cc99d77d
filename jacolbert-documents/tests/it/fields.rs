//! Fields of the caller's choice, and documents that come from a reader.

use jacolbert_documents::{DocumentStream, FieldNames};

use crate::TestResult;
use crate::readers::shown;

const NAME: &str = "<memory>";

fn names(id: &str, text: &str) -> FieldNames {
    let given = |name: &str| (!name.is_empty()).then(|| name.to_string());
    FieldNames { id: given(id), text: given(text) }
}

fn check(stream: DocumentStream, names: FieldNames, expected: &str) {
    let documents = stream.fields(names).collect();
    assert_eq!(shown(documents, NAME.as_ref()), expected);
}

#[test]
fn chosen_fields_are_id_and_text_and_all_others_are_metadata() -> TestResult {
    let json = |line: &'static str| DocumentStream::from_jsonl(NAME, line.as_bytes());
    let line = r#"{"url": "a", "abstract": "一", "text": "二", "id": 3}"#;
    check(json(line)?, names("url", "abstract"), r#"a=一 {"id":3,"text":"二"}"#);
    check(json(line)?, names("", "abstract"), r#"3=一 {"text":"二","url":"a"}"#);
    check(json(line)?, names("url", ""), r#"a=二 {"abstract":"一","id":3}"#);
    check(json(line)?, names("nr", ""), "line 1: nr is missing");
    check(json(line)?, names("", "id"), "line 1: id is 3, not a string");
    check(json(r#"{"id": "山"}"#)?, names("", "id"), "山=山");
    check(json(r#"{"id": 1, "_id": 1, "text": "一"}"#)?, names("_id", ""), r#"1=一 {"id":1}"#);
    Ok(())
}

#[test]
fn chosen_columns_are_named_by_the_first_line() -> TestResult {
    let tabs = |lines: &'static str| DocumentStream::from_tsv(NAME, lines.as_bytes());
    let lines = "URL\tid\tabstract\na\t3\t一\n";
    check(tabs(lines)?, names("url", "abstract"), r#"a=一 {"id":"3"}"#);
    check(tabs(lines)?, names("", "Abstract"), r#"3=一 {"URL":"a"}"#);
    let missing = "line 1: of the columns that the first line names, nr is missing";
    check(tabs(lines)?, names("nr", "abstract"), missing);
    Ok(())
}

#[test]
fn a_reader_is_named_in_errors_and_may_be_gzip() -> TestResult {
    let stream = DocumentStream::from_jsonl("<standard input>", "{\n".as_bytes())?;
    let error = stream.collect::<Result<Vec<_>, _>>().err().map(|error| error.to_string());
    assert!(error.is_some_and(|message| message.starts_with("<standard input>, line 1: ")));
    let packed = crate::readers::gzip("a\t一\n")?;
    check(DocumentStream::from_tsv(NAME, std::io::Cursor::new(packed))?, names("", ""), "a=一");
    Ok(())
}
