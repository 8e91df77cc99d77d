//! What was reported of other engines, tried on collections here. Each test names the report.

use std::collections::BTreeSet;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{Collection, Document, Error, SearchOptions, Splitting, Storage};
use serde_json::json;

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "日本で最も高い山は？";

fn check_emptied<S: Storage>(collection: &Collection<S>) -> TestResult {
    collection.delete(["山", "湖", "茶", "星", "空"])?;
    assert!(collection.search(QUERY, 10)?.is_empty());
    assert!(collection.search_batch([QUERY, "茶人"], 3)?.iter().all(|hits| hits.is_empty()));
    assert_eq!((collection.num_documents(), collection.num_passages()), (0, 0));
    collection.add(documents())?;
    assert_eq!(collection.search(QUERY, 1)?[0].document_id, "山");
    Ok(())
}

/// lance 1288 (a search of an emptied table fails), lancedb 54 (adding to an empty table fails).
#[test]
fn a_collection_without_documents_answers_and_grows_again() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_emptied(&on_disk)?;
    on_disk.delete(["山", "湖", "茶", "星", "空"])?;
    on_disk.compact()?;
    on_disk.add(documents())?;
    check_emptied(&on_disk)?;
    check_emptied(&in_memory)
}

/// lancedb 812 (another handle still finds deleted rows): it does, until it reloads.
#[test]
fn another_handle_sees_a_deletion_after_it_reloads() -> TestResult {
    let (folder, first, _) = both()?;
    let second = retriever().open(folder.path())?;
    first.delete(["山"])?;
    assert_eq!((first.num_documents(), second.num_documents()), (4, 5));
    second.reload()?;
    assert!(!second.contains("山")?);
    assert!(second.search(QUERY, 10)?.iter().all(|hit| hit.document_id != "山"));
    Ok(())
}

fn check_twice<S: Storage>(collection: &Collection<S>) -> TestResult {
    let twice = || [Document::new("新", "前の文。"), Document::new("新", "後の文。")];
    for refused in [collection.update().upsert(twice()), collection.add(twice())] {
        let is_named = matches!(&refused, Err(Error::Documents(DocumentsError::DuplicateId { id, position: 1, .. }))
            if id == "新");
        assert!(is_named, "{refused:?}");
    }
    let again = collection.add(documents());
    assert!(
        matches!(again, Err(Error::Documents(DocumentsError::DuplicateId { .. }))),
        "{again:?}"
    );
    let found = collection.query(QUERY).options(SearchOptions::exact(100)).search()?;
    let ids: BTreeSet<&str> = found.iter().map(|hit| hit.document_id.as_str()).collect();
    assert_eq!(ids.len(), found.len(), "every document once");
    Ok(())
}

/// qdrant 9585, milvus 44320 (of two points with one id in a batch one is lost, or both stay), pylate 214
/// (documents that are added again are found twice).
#[test]
fn an_id_that_stands_twice_is_refused_by_name() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_twice(&on_disk)?;
    check_twice(&in_memory)
}

/// lithos 244 (documents are dropped while another writer has the lock).
#[test]
fn a_writer_without_the_lock_says_so_and_nothing_is_dropped() -> TestResult {
    let (folder, collection, _) = both()?;
    let river = || [Document::new("川", "信濃川は日本で最も長い川である。")];
    let other = jacolbert::index::IndexWriter::open(folder.path())?;
    let refused = collection.add(river());
    assert!(
        matches!(refused, Err(Error::Index(jacolbert::index::Error::Locked { .. }))),
        "{refused:?}"
    );
    drop(other);
    collection.add(river())?;
    assert_eq!(collection.search("日本で最も長い川は？", 1)?[0].document_id, "川");
    Ok(())
}

fn check_texts<S: Storage>(collection: &Collection<S>) -> TestResult {
    collection.delete(["山"])?;
    collection
        .replace([Document::new("湖", "摩周湖。").with_metadata(json!({ "subject": "水" }))])?;
    for hit in &collection.query(QUERY).options(SearchOptions::exact(100)).search()? {
        let text = documents().into_iter().find(|document| document.id == hit.document_id);
        let expected = text.map(|document| (document.text, document.metadata));
        let expected = match hit.document_id.as_str() {
            "湖" => Some(("摩周湖。".into(), json!({ "subject": "水" }))),
            _ => expected,
        };
        assert_eq!(Some((hit.content.clone(), hit.metadata.clone())), expected);
    }
    Ok(())
}

/// ragatouille 222 (after a deletion passages get the texts of others), 192 (metadata stays as it was).
#[test]
fn hits_have_the_texts_and_metadata_of_their_documents_after_changes() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_texts(&on_disk)?;
    on_disk.compact()?;
    let hits = on_disk.query("摩周湖").k(1).search()?;
    assert_eq!(hits[0].metadata, json!({ "subject": "水" }));
    check_texts(&in_memory)
}

/// fastembed 719 (a batch size of zero gives nothing, without a word).
#[test]
fn sizes_of_zero_have_one_meaning_or_are_refused() -> TestResult {
    let (_folder, on_disk, _) = both()?;
    assert!(on_disk.search(QUERY, 0)?.is_empty(), "no hits were asked for");
    let folder = tempfile::tempdir()?;
    let splitting = Splitting::Sentences { max_tokens: 0, overlap: 9 };
    let indexed = retriever().indexer(folder.path()).splitting(splitting).run(documents());
    match indexed {
        Ok(indexed) => assert_eq!(indexed.collection.num_documents(), 5, "nothing is lost"),
        Err(error) => assert!(error.to_string().contains("max_tokens"), "{error}"),
    }
    Ok(())
}
