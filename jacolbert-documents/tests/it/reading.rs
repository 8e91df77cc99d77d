//! From files to documents with checked ids.

use std::fs;
use std::ops::Range;

use jacolbert_documents::{
    Document, Error, PassageFault, check_documents, check_passages, checked_documents, read_jsonl,
    stream_jsonl, stream_tsv,
};
use serde_json::json;

use crate::TestResult;

#[test]
fn a_stream_gives_what_reading_gives() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents.jsonl");
    fs::write(&path, "{\"id\":\"a\",\"text\":\"一\"}\n{\"_id\":\"b\",\"text\":\"二\",\"n\":2}\n")?;
    let streamed: Vec<Document> = stream_jsonl(&path)?.collect::<Result<_, _>>()?;
    assert_eq!(streamed, read_jsonl(&path)?);
    assert_eq!(streamed[1].metadata, json!({ "n": 2 }));
    Ok(())
}

#[test]
fn a_stream_ends_after_its_first_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents.tsv");
    fs::write(&path, "a\t一\nno tab\nb\t二\n")?;
    let ends: Vec<bool> = stream_tsv(&path)?.map(|document| document.is_ok()).collect();
    assert_eq!(ends, [true, false]);
    Ok(())
}

#[test]
fn a_stream_of_checked_documents_names_the_document_at_fault() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents.tsv");
    let fault = |content: &str| -> Result<Option<Error>, Box<dyn std::error::Error>> {
        fs::write(&path, content)?;
        Ok(checked_documents(stream_tsv(&path)?).find_map(Result::err))
    };
    assert!(fault("a\t一\nb\t二\n")?.is_none());
    for (content, place) in [
        ("a\t一\n\t二\n", ", line 2: the id is empty"),
        ("a\t一\na\t三\n", ", line 2: the id \"a\" is that of line 1 too"),
    ] {
        let Some(Error::Document { position: 1, source }) = fault(content)? else {
            return Err(content.into());
        };
        assert!(source.to_string().ends_with(place), "{source}");
    }
    let broken = fault("a\t一\nno tab\n")?;
    let Some(Error::Document { position: 1, source }) = broken else {
        return Err(format!("{broken:?}").into());
    };
    assert!(source.to_string().contains("line 2"), "{source}");
    Ok(())
}

#[test]
fn ids_of_a_slice_are_checked_by_the_same_rules() {
    let document = |id: &str| Document::new(id, "文");
    assert!(check_documents(&[document("a"), document("b")]).is_ok());
    assert!(check_documents::<Document>(&[]).is_ok());
    assert!(matches!(check_documents(&[document("")]), Err(Error::EmptyId { position: 0 })));
    let twice = [&document("a"), &document("a")];
    assert!(matches!(check_documents(&twice), Err(Error::DuplicateId { position: 1, .. })));
}

#[test]
fn a_document_is_read_back_from_json() -> TestResult {
    let document = Document::new("a", "一").with_metadata(json!([1, "二"]));
    assert_eq!(serde_json::from_str::<Document>(&serde_json::to_string(&document)?)?, document);
    let bare: Document = serde_json::from_str(r#"{"id":"a","text":"一"}"#)?;
    assert_eq!(bare, Document::new("a", "一"));
    Ok(())
}

#[test]
fn passages_of_a_splitter_are_checked() {
    let check = |text: &str, ranges: &[Range<usize>], expected: Option<PassageFault>| {
        let found = match check_passages(&Document::new("a", text), ranges) {
            Ok(()) => None,
            Err(Error::Passage { id, fault, .. }) if id == "a" => Some(fault),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found, expected, "{text} {ranges:?}");
    };
    check("一二", &[0..3, 3..6, 0..6], None);
    check("", &[], None);
    check("", std::slice::from_ref(&(0..0)), None);
    check("一", &[], Some(PassageFault::NoPassage));
    check("一", &[0..3, 3..3], Some(PassageFault::Empty));
    let reversed = Range { start: 3, end: 0 };
    check("一", &[reversed], Some(PassageFault::Empty));
    check("一", std::slice::from_ref(&(0..4)), Some(PassageFault::OutOfBounds { len: 3 }));
    check("一", std::slice::from_ref(&(1..3)), Some(PassageFault::InsideCharacter));
    check("一", std::slice::from_ref(&(0..2)), Some(PassageFault::InsideCharacter));
}
