//! Laws of collections in folders.

use std::fs;
use std::ops::ControlFlow;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{
    Bits, BuildOptions, Collection, Document, Error, PassageId, PoolFactor, Pooling, Splitting,
};
use serde_json::{Value, json};

use crate::sample::{TestResult, documents, retriever};

fn ids(hits: &[jacolbert::Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.document_id.as_str()).collect()
}

#[test]
fn hits_say_what_was_found_and_where_it_came_from() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), documents())?;
    assert_eq!((indexed.collection.num_documents(), indexed.truncated.len()), (5, 0));
    let hits = indexed.collection.search("わび茶を大成した茶人は誰か？", 100)?;
    assert_eq!(hits.len(), 5, "k is clipped to the collection");
    assert_eq!(hits.iter().map(|hit| hit.rank).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(
        (hits[0].document_id.as_str(), &hits[0].metadata),
        ("茶", &json!({ "subject": "文化" }))
    );
    assert_eq!(hits[0].content, documents()[2].text);
    assert_eq!(hits[0].passage_id.index(), 2);
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    Ok(())
}

#[test]
fn a_reopened_collection_gives_the_same_hits() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let first = retriever.indexer(folder.path()).bits(Bits::Four).run(documents())?.collection;
    let queries = ["日本で一番高い山は？", "環をもつ惑星は？"];
    let hits = first.search_batch(queries, 100)?;
    assert_eq!(first.index().options().bits, Bits::Four);
    drop(first);

    let again = retriever.open(folder.path())?;
    assert_eq!(again.search_batch(queries, 100)?, hits);
    assert_eq!(again.search(queries[0], 100)?, hits[0]);
    let remembered = Collection::open(folder.path())?;
    assert_eq!(remembered.search(queries[1], 100)?, hits[1]);
    again.index().verify()?;
    Ok(())
}

#[test]
fn a_pooled_collection_pools_what_is_added_later() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let pooling = Pooling { factor: PoolFactor::Three, ..Default::default() };
    let first = retriever.indexer(folder.path()).pooling(pooling).run(documents())?.collection;
    let texts: Vec<String> = documents().into_iter().map(|document| document.text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let expected = retriever.encoder().encode_pooled_passages(&texts, pooling)?.embeddings;
    let whole = retriever.encoder().encode_passages(&texts)?.embeddings;
    assert!(2 * expected[0].num_tokens() < whole[0].num_tokens());
    drop(first);

    let again = retriever.open(folder.path())?;
    let twin = Document { id: "峰".into(), ..documents().remove(0) };
    again.add(&[twin])?;
    again.add(&[Document::new("川", "信濃川。")])?;
    let num_tokens =
        |passage| Ok::<_, Error>(again.index().decode(PassageId(passage))?.num_tokens());
    for (passage, expected) in expected.iter().enumerate() {
        assert_eq!(num_tokens(passage as u32)?, expected.num_tokens());
    }
    assert_eq!(num_tokens(5)?, expected[0].num_tokens());
    assert_eq!(ids(&again.search("環をもつ惑星は？", 100)?)[0], "星");
    Ok(())
}

#[test]
fn a_search_can_be_limited_to_documents() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let hits =
        collection.query("日本で最も大きな湖は？").k(100).among(["星", "湖", "星"]).search()?;
    assert_eq!(ids(&hits), ["湖", "星"]);
    let error = collection.query("山").k(100).among(["湖", "川"]).search();
    assert!(matches!(error, Err(Error::UnknownId { id }) if id == "川"));
    Ok(())
}

#[test]
fn documents_come_and_go_with_their_texts() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let before = retriever.open(folder.path())?;

    collection.delete(["山", "空"])?;
    let river = Document::new("川", "信濃川は日本で最も長い川である。");
    let mountain = Document::new("山", "北岳は日本で二番目に高い山である。");
    collection.add(&[river, mountain])?;

    let hits = collection.search("日本で最も長い川は？", 100)?;
    assert_eq!((hits.len(), ids(&hits)[0], &hits[0].metadata), (5, "川", &Value::Null));
    let mountain = hits.iter().find(|hit| hit.document_id == "山").ok_or("the new mountain")?;
    assert!(mountain.content.starts_with("北岳"));
    assert_eq!(collection.num_documents(), 5);
    assert!(!collection.contains("空")? && collection.contains("川")?);
    assert_eq!(retriever.open(folder.path())?.search("川", 100)?, collection.search("川", 100)?);
    assert_eq!(before.search("山", 100)?.len(), 5, "an open collection goes on as it was");
    assert!(before.contains("空")? && !before.contains("川")?);
    Ok(())
}

#[test]
fn changes_that_cannot_be_made_change_nothing() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let new = |id: &str| Document::new(id, "新しい。");
    let added = collection.add(&[new("新"), new("湖")]);
    assert!(matches!(
        added,
        Err(Error::Documents(DocumentsError::DuplicateId { position: 1, .. }))
    ));
    let added = collection.add(&[new("新"), new("新")]);
    assert!(matches!(
        added,
        Err(Error::Documents(DocumentsError::DuplicateId { position: 1, .. }))
    ));
    let deleted = collection.delete(["湖", "新"]);
    assert!(matches!(deleted, Err(Error::UnknownId { id }) if id == "新"));
    assert_eq!(retriever.open(folder.path())?.num_documents(), 5);
    assert!(retriever.open(folder.path())?.contains("湖")?);
    Ok(())
}

#[test]
fn documents_that_cannot_be_indexed_are_named_and_leave_no_folder() -> TestResult {
    let retriever = retriever();
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("index");
    let index = |documents: &[Document]| retriever.index(&folder, documents).map(|_| ());
    let document = |id: &str| Document::new(id, "文。");
    assert!(matches!(index(&[]), Err(Error::NoDocuments)));
    assert!(matches!(
        index(&[document("a"), document("")]),
        Err(Error::Documents(DocumentsError::EmptyId { position: 1 }))
    ));
    let twice = [document("a"), document("b"), document("a")];
    assert!(matches!(
        index(&twice),
        Err(Error::Documents(DocumentsError::DuplicateId { position: 2, .. }))
    ));
    assert!(!folder.exists());
    Ok(())
}

#[test]
fn an_index_that_is_there_is_not_overwritten() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), documents())?;
    let again = retriever.index(folder.path(), &documents()[..1]);
    assert!(matches!(again, Err(Error::Index(jacolbert::index::Error::Exists { .. }))));
    assert_eq!(retriever.open(folder.path())?.num_documents(), 5);
    Ok(())
}

#[test]
fn folders_that_are_no_collections_are_named() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let error = retriever.open(folder.path());
    assert!(matches!(error, Err(Error::Index(jacolbert::index::Error::NotAnIndex { .. }))));

    let plain = folder.path().join("plain");
    let mut builder = jacolbert::index::IndexBuilder::new(128, BuildOptions::default())?;
    builder.add(retriever.encoder().encode_query("山")?.embeddings.as_ref())?;
    builder.build()?.save(&plain)?;
    assert!(matches!(retriever.open(&plain), Err(Error::Corrupt { .. })), "no documents");

    let narrow = folder.path().join("narrow");
    let mut builder = jacolbert::index::IndexBuilder::new(2, BuildOptions::default())?;
    builder.add(jacolbert::index::EmbeddingsRef::new(&[1.0, 0.0], 2)?)?;
    builder.build()?.save(&narrow)?;
    let wrong = jacolbert::index::Error::Dim { expected: 2, found: 128 };
    assert!(
        matches!(retriever.open(&narrow), Err(Error::Index(e)) if e.to_string() == wrong.to_string())
    );
    Ok(())
}

#[test]
fn damaged_documents_are_found() -> TestResult {
    let retriever = retriever();
    let open_damaged = |at: usize| -> Result<Error, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        retriever.index(folder.path(), documents())?;
        let path = folder.path().join("1-attachment-0.jacolbert");
        let mut bytes = fs::read(&path)?;
        bytes[at] ^= 1;
        fs::remove_file(&path)?;
        fs::write(&path, bytes)?;
        retriever.open(folder.path()).err().ok_or("damage was not found".into())
    };
    let magic = open_damaged(0)?;
    assert!(matches!(magic, Error::Documents(DocumentsError::Corrupt { .. })), "{magic}");
    let version = open_damaged(8)?;
    assert!(matches!(version, Error::Documents(DocumentsError::Version { .. })), "{version}");
    let num_passages = open_damaged(32)?;
    assert!(
        matches!(num_passages, Error::Documents(DocumentsError::Corrupt { .. })),
        "{num_passages}"
    );
    Ok(())
}

#[test]
fn another_engines_list_comes_back_in_our_order() -> TestResult {
    let retriever = retriever();
    let texts: Vec<String> = documents().into_iter().map(|document| document.text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let best = retriever.rerank("環をもつ惑星は何か？", &texts, 2)?;
    assert_eq!((best.len(), best[0].rank, best[0].position), (2, 1, 3));
    assert_eq!(best[0].content, texts[3]);
    assert_eq!(retriever.rerank("山", &texts, 100)?.len(), 5);
    let nothing: [&str; 0] = [];
    assert!(retriever.rerank("山", nothing, 3)?.is_empty());
    Ok(())
}

#[test]
fn a_replaced_document_is_found_by_its_new_text_only() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let old = documents().remove(2);
    let new = Document::new(old.id.clone(), "琵琶湖は日本で最も大きな湖である。");
    collection.replace(&[new])?;
    collection.compact()?;
    collection.index().verify()?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (5, 5));
    let hits = collection.search("琵琶湖は日本で最も大きな湖である。", 100)?;
    assert_eq!((hits[0].document_id.as_str(), hits.len()), (old.id.as_str(), 5));
    assert!(hits.iter().all(|hit| hit.content != old.text));
    let unknown = Document::new("誰も知らない", "文書");
    let error = collection.replace(&[unknown]);
    assert!(matches!(error, Err(Error::UnknownId { .. })));
    Ok(())
}

#[test]
fn indexing_can_be_cancelled_before_the_first_document() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut calls = Vec::new();
    let stopped = retriever().indexer(folder.path()).on_progress(|progress| {
        calls.push(progress);
        ControlFlow::Break(())
    });
    assert!(matches!(stopped.run(documents()), Err(Error::Cancelled)));
    assert_eq!(calls, [jacolbert::IndexProgress::Encoding { done: 0, of: Some(5) }]);
    Ok(())
}

#[test]
fn a_cancelled_index_leaves_nothing() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let stopped = retriever.indexer(folder.path()).on_progress(|_| ControlFlow::Break(()));
    assert!(matches!(stopped.run(documents()), Err(Error::Cancelled)));
    assert!(!jacolbert::index::Index::exists(folder.path()));
    retriever.index(folder.path(), documents())?;
    Ok(())
}

#[test]
fn documents_that_are_added_later_are_split_as_the_first_ones() -> TestResult {
    let folder = tempfile::tempdir()?;
    let long = |id: &str| Document::new(id, "富士山は日本で一番高い山である。".repeat(12));
    let splitting = Splitting::Sentences { max_tokens: 12, overlap: 0 };
    let indexer = retriever().indexer(folder.path()).splitting(splitting);
    let num_passages = indexer.run([long("a")])?.collection.num_passages();
    assert!(num_passages > 5, "{num_passages}");
    let collection = Collection::open(folder.path())?;
    collection.add([long("b")])?;
    assert_eq!(collection.num_passages(), 2 * num_passages);
    collection.replace([long("a")])?;
    assert_eq!(collection.num_passages(), 2 * num_passages);
    collection.update().splitting(Splitting::Whole).add([long("c")])?;
    assert_eq!(collection.num_passages(), 2 * num_passages + 1);
    Ok(())
}
