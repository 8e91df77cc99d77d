//! A collection that was written when format 2 of the index came: see the README beside it.

use std::fs;
use std::path::{Path, PathBuf};

use jacolbert::{Collection, Document, Error, Hit, Retriever, Splitting};
use serde_json::Value;

use crate::sample::TestResult;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/format_2")
}

/// The model that the collection was encoded by.
fn retriever() -> Result<Retriever, Error> {
    Retriever::from_dir(folder().join("model"))
}

fn answers() -> Result<Value, Box<dyn std::error::Error>> {
    Ok(serde_json::from_slice(&fs::read(folder().join("answers.json"))?)?)
}

/// Checks that `hits` are the passages that `expected` has.
fn check(hits: &[Hit], expected: &[Value]) -> TestResult {
    assert_eq!(hits.len(), expected.len());
    for (hit, expected) in hits.iter().zip(expected) {
        assert_eq!(hit.passage_id.0, expected["passage"]);
        assert_eq!(hit.document_id, expected["document"]);
        assert_eq!(hit.content, expected["content"]);
        assert_eq!(hit.metadata, expected["metadata"]);
        let score = expected["score"].as_f64().ok_or("a score")? as f32;
        // As near as backends and machines compute the question's tokens.
        assert!((hit.score - score).abs() < 1e-3, "{hit:?}, not {score}");
    }
    Ok(())
}

#[test]
fn a_collection_of_format_2_opens_and_finds_what_it_found() -> TestResult {
    let collection = retriever()?.open(folder().join("collection"))?;
    collection.index().verify()?;
    let expected = answers()?;
    assert_eq!(collection.num_documents(), expected["num_documents"]);
    assert_eq!(collection.num_passages(), expected["num_passages"]);
    assert_eq!(collection.index().num_ids(), expected["num_ids"]);
    let answers = expected["answers"].as_array().ok_or("answers")?;
    assert_eq!(answers.len(), 3);
    for answer in answers {
        let question = answer["question"].as_str().ok_or("a question")?;
        let hits = collection.search(question, 10)?;
        check(&hits, answer["hits"].as_array().ok_or("hits")?)?;
    }
    Ok(())
}

#[test]
fn a_collection_of_format_2_grows_and_is_compacted() -> TestResult {
    let retriever = retriever()?;
    let copy = tempfile::tempdir()?;
    for entry in fs::read_dir(folder().join("collection"))? {
        let entry = entry?;
        fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
    }
    let question = "日本で最も大きな湖は？";
    let collection = retriever.open(copy.path())?;
    let before = collection.search(question, 10)?;
    assert_eq!((before[0].document_id.as_str(), collection.contains("火")?), ("湖", false));
    collection
        .update()
        .splitting(Splitting::Whole)
        .add(&[Document::new("火", "阿蘇山は火山である。")])?;
    collection.compact()?;
    drop(collection);

    let collection: Collection = retriever.open(copy.path())?;
    collection.index().verify()?;
    assert!(collection.contains("火")?);
    assert_eq!(collection.num_passages(), before.len() + 1);
    let after = collection.search(question, 10)?;
    assert_eq!(
        (&after[0].content, after[0].passage_id),
        (&before[0].content, before[0].passage_id)
    );
    let new = collection.search("阿蘇山は火山である。", 10)?;
    assert_eq!(
        (new[0].document_id.as_str(), new[0].content.as_str()),
        ("火", "阿蘇山は火山である。")
    );
    Ok(())
}
