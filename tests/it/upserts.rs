//! Laws of upserts: new documents are added and known ones replaced, in one commit.

use std::ops::ControlFlow;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{Collection, Document, Error, Storage};

use crate::both_storages::both;
use crate::sample::{TestResult, retriever};

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let known = Document::new("湖", "霞ヶ浦は茨城県にある湖である。");
    let new = Document::new("川", "信濃川は日本で最も長い川である。");
    let truncated = collection.upsert([&known, &new])?;
    assert!(truncated.is_empty());
    assert_eq!((collection.num_documents(), collection.num_passages()), (6, 6));
    for document in [&known, &new] {
        let hits = collection.search(&document.text, 1)?;
        assert_eq!((&hits[0].document_id, &hits[0].content), (&document.id, &document.text));
    }
    let hits = collection.search("琵琶湖", 100)?;
    assert!(hits.iter().all(|hit| !hit.content.contains("琵琶湖")), "the old text is gone");

    // The same documents again: nothing is new.
    collection.upsert([&known, &new])?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (6, 6));

    let twice = collection.upsert([&new, &known, &new]);
    assert!(
        matches!(&twice, Err(Error::Documents(DocumentsError::DuplicateId { position: 2, .. }))),
        "{twice:?}"
    );
    let stopped = collection.update().on_progress(|_| ControlFlow::Break(()));
    let stopped = stopped.upsert([Document::new("湖", "別の湖。"), Document::new("海", "海。")]);
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(collection.num_documents(), 6);
    assert!(!collection.contains("海")?);
    Ok(())
}

#[test]
fn an_upsert_adds_new_documents_and_replaces_known_ones() -> TestResult {
    let (folder, on_disk, in_memory) = both()?;
    check(&in_memory)?;
    check(&on_disk)?;
    assert_eq!(retriever().open(folder.path())?.num_documents(), 6);
    Ok(())
}

#[test]
fn an_upsert_is_one_commit() -> TestResult {
    let (folder, on_disk, _) = both()?;
    let before = on_disk.get("湖")?;
    let reader = retriever().open(folder.path())?;
    on_disk.upsert([Document::new("湖", "霞ヶ浦。"), Document::new("川", "信濃川。")])?;
    assert_eq!((reader.get("湖")?, reader.get("川")?), (before, None), "an open state stays");
    reader.reload()?;
    assert_eq!(
        reader.get("湖")?.and_then(|found| found.text().map(str::to_owned)).as_deref(),
        Some("霞ヶ浦。")
    );
    assert!(reader.get("川")?.is_some());
    Ok(())
}
