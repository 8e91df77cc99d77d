//! From files to documents with checked ids.

use std::fs;

use jacolbert_documents::{
    Document, Error, check_ids, read_jsonl, stream_jsonl, stream_tsv, with_checked_ids,
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
fn a_stream_with_checked_ids_names_the_document_at_fault() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("documents.tsv");
    let fault = |content: &str| -> Result<Option<Error>, Box<dyn std::error::Error>> {
        fs::write(&path, content)?;
        Ok(with_checked_ids(stream_tsv(&path)?).find_map(Result::err))
    };
    assert!(fault("a\t一\nb\t二\n")?.is_none());
    assert!(matches!(fault("a\t一\n\t二\n")?, Some(Error::EmptyId { position: 1 })));
    let taken = fault("a\t一\nb\t二\na\t三\n")?;
    assert!(matches!(taken, Some(Error::DuplicateId { id, position: 2 }) if id == "a"));
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
    assert!(check_ids(&[document("a"), document("b")]).is_ok());
    assert!(check_ids::<Document>(&[]).is_ok());
    assert!(matches!(check_ids(&[document("")]), Err(Error::EmptyId { position: 0 })));
    let twice = [&document("a"), &document("a")];
    assert!(matches!(check_ids(&twice), Err(Error::DuplicateId { position: 1, .. })));
}

#[test]
fn a_document_is_read_back_from_json() -> TestResult {
    let document = Document::new("a", "一").with_metadata(json!([1, "二"]));
    assert_eq!(serde_json::from_str::<Document>(&serde_json::to_string(&document)?)?, document);
    let bare: Document = serde_json::from_str(r#"{"id":"a","text":"一"}"#)?;
    assert_eq!(bare, Document::new("a", "一"));
    Ok(())
}
