//! Laws of reading documents: by id, in pages and one after the other.

use jacolbert::documents::{Error as DocumentError, MAX_METADATA_DEPTH};
use jacolbert::{
    Collection, Document, Error, PageCursor, PassageId, Splitting, Storage, StoredDocument,
};
use serde_json::{Value, json};

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

const IDS: [&str; 5] = ["山", "湖", "茶", "星", "空"];

fn all<S: Storage>(collection: &Collection<S>) -> Result<Vec<StoredDocument>, Error> {
    collection.documents().into_iter().collect()
}

/// All ids, in pages of `limit`.
fn ids<S: Storage>(collection: &Collection<S>, limit: usize) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    let mut next = Some(PageCursor::default());
    while let Some(cursor) = next {
        let page = collection.documents().after(cursor).ids(limit)?;
        assert!(page.items.len() == limit || page.next.is_none());
        ids.extend(page.items);
        next = page.next;
    }
    Ok(ids)
}

fn check_get<S: Storage>(collection: &Collection<S>) -> TestResult {
    for (n, document) in documents().iter().enumerate() {
        let found = collection.get(&document.id)?.ok_or("the document is there")?;
        assert_eq!((&found.id, &found.metadata), (&document.id, &document.metadata));
        assert_eq!(found.text(), Some(document.text.as_str()));
        assert_eq!(found.passages[0].passage_id, PassageId(n as u32));
    }
    assert_eq!(collection.get("川")?, None);
    assert_eq!(collection.get("")?, None);
    collection.delete(["湖"])?;
    assert_eq!(collection.get("湖")?, None);
    collection.replace([Document::new("茶", "茶。").with_metadata(json!([1]))])?;
    let found = collection.get("茶")?.ok_or("the document is there")?;
    assert_eq!((found.text(), &found.metadata), (Some("茶。"), &json!([1])));
    Ok(())
}

#[test]
fn a_document_is_found_by_its_id_with_its_text_and_metadata() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_get(&on_disk)?;
    check_get(&in_memory)?;
    on_disk.compact()?;
    assert_eq!(on_disk.get("湖")?, None);
    assert_eq!(on_disk.get("茶")?.as_ref().and_then(StoredDocument::text), Some("茶。"));
    Ok(())
}

fn check_pages<S: Storage>(collection: &Collection<S>) -> TestResult {
    let documents = all(collection)?;
    let in_order: Vec<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(in_order, IDS);
    for document in &documents {
        assert_eq!(Some(document), collection.get(&document.id)?.as_ref());
    }
    for limit in 1..7 {
        assert_eq!(ids(collection, limit)?, IDS, "{limit}");
    }
    let page = collection.documents().page(2)?;
    assert_eq!(page.items, documents[..2]);
    let cursor: PageCursor = serde_json::from_str(&serde_json::to_string(&page.next)?)?;
    assert_eq!(collection.documents().after(cursor).page(usize::MAX)?.items, documents[2..]);
    let none = collection.documents().page(0)?;
    assert_eq!((none.items.len(), none.next), (0, Some(PageCursor::default())));
    Ok(())
}

#[test]
fn pages_have_every_document_once_in_the_order_of_adding() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_pages(&on_disk)?;
    check_pages(&in_memory)?;
    assert!(retriever().in_memory().documents().page(3)?.next.is_none());
    Ok(())
}

fn check_changes_between_pages<S: Storage>(collection: &Collection<S>) -> TestResult {
    let first = collection.documents().ids(2)?;
    assert_eq!(first.items, ["山", "湖"]);
    collection.delete(["山", "星"])?;
    collection.upsert([Document::new("湖", "霞ヶ浦。"), Document::new("川", "信濃川。")])?;
    let rest = collection.documents().after(first.next.ok_or("more documents")?).ids(100)?;
    assert_eq!(
        (rest.items, rest.next),
        (["茶", "空", "湖", "川"].map(String::from).to_vec(), None)
    );
    assert_eq!(ids(collection, 2)?, ["茶", "空", "湖", "川"]);
    Ok(())
}

#[test]
fn a_cursor_stays_valid_while_documents_come_and_go() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_changes_between_pages(&on_disk)?;
    check_changes_between_pages(&in_memory)?;
    on_disk.compact()?;
    assert_eq!(ids(&on_disk, 1)?, ["茶", "空", "湖", "川"]);
    Ok(())
}

#[test]
fn an_iterator_keeps_the_state_that_it_began_with() -> TestResult {
    let (_folder, on_disk, _) = both()?;
    let mut documents = on_disk.documents().into_iter();
    assert_eq!(documents.next().transpose()?.map(|document| document.id).as_deref(), Some("山"));
    on_disk.delete(["湖"])?;
    on_disk.add([Document::new("川", "信濃川。")])?;
    let rest = documents.map(|document| Ok(document?.id)).collect::<Result<Vec<_>, Error>>()?;
    assert_eq!(rest, ["湖", "茶", "星", "空"]);
    Ok(())
}

#[test]
fn a_document_that_was_split_has_its_passages_in_order() -> TestResult {
    let memory = retriever().in_memory();
    let text: String = (0..30).map(|n| format!("これは{n}番目の文である。")).collect();
    let splitting = Splitting::Sentences { max_tokens: 32, overlap: 10 };
    let long = |id: &str| Document::new(id, &text);
    memory.update().splitting(splitting).add([long("a"), long("b")])?;
    let documents = all(&memory)?;
    assert_eq!(documents.len(), 2);
    for document in &documents {
        assert!(document.passages.len() > 3);
        assert_eq!(document.text(), None, "the passages overlap");
        assert!(document.passages.is_sorted_by_key(|passage| passage.passage_id));
        let mut end = 0;
        for passage in &document.passages {
            let start = text.find(&passage.content).ok_or("a part of the text")?;
            assert!(start <= end && start + passage.content.len() > end);
            end = start + passage.content.len();
        }
        assert_eq!(end, text.len(), "nothing is lost");
    }
    assert_eq!(documents[0].passages.len() + documents[1].passages.len(), memory.num_passages());
    assert_eq!(ids(&memory, 1)?, ["a", "b"]);
    Ok(())
}

fn check_depth<S: Storage>(collection: &Collection<S>) -> TestResult {
    let nested = |levels: usize| (0..levels).fold(Value::Null, |inner, _| json!([inner]));
    let document = |id: &str, levels| Document::new(id, "文。").with_metadata(nested(levels));
    collection.add([document("浅", MAX_METADATA_DEPTH)])?;
    let found = collection.get("浅")?.ok_or("the document is there")?;
    assert_eq!(found.metadata, nested(MAX_METADATA_DEPTH));
    let too_deep = |result: Result<_, Error>| match result {
        Err(Error::Documents(DocumentError::DeepMetadata { id, limit })) => (id, limit),
        other => panic!("{other:?}"),
    };
    let deep = document("深", MAX_METADATA_DEPTH + 1);
    assert_eq!(too_deep(collection.add([&deep]).map(|_| ())), ("深".into(), MAX_METADATA_DEPTH));
    assert_eq!(too_deep(collection.upsert([&deep]).map(|_| ())).0, "深");
    let stream = [Ok::<_, Error>(deep)];
    assert_eq!(too_deep(collection.update().add_stream(stream).map(|_| ())).0, "深");
    let deep = nested(MAX_METADATA_DEPTH + 1);
    assert_eq!(too_deep(collection.update().update_metadata("浅", deep)).0, "浅");
    assert_eq!(collection.get("浅")?.ok_or("the document is there")?.metadata, found.metadata);
    assert!(!collection.contains("深")?);
    Ok(())
}

#[test]
fn metadata_that_could_not_be_read_back_is_refused() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_depth(&on_disk)?;
    check_depth(&in_memory)
}

#[test]
fn embeddings_in_memory_are_the_models_and_on_disk_close_to_them() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    for (n, document) in documents().iter().enumerate() {
        let passage = PassageId(n as u32);
        let exact = retriever().encoder().encode_passages(&[&document.text])?.embeddings.remove(0);
        assert_eq!(in_memory.embeddings(passage)?, exact);
        let stored = on_disk.embeddings(passage)?;
        assert_eq!((stored.num_tokens(), stored.dim()), (exact.num_tokens(), exact.dim()));
        for row in 0..exact.num_tokens() {
            let cosine: f32 = stored.row(row).iter().zip(exact.row(row)).map(|(a, b)| a * b).sum();
            assert!(cosine > 0.99, "{cosine} in row {row} of {}", document.id);
        }
    }
    Ok(())
}

fn check_embeddings_of_a_state<S: Storage>(collection: &Collection<S>) -> TestResult {
    let unknown = PassageId(99);
    let error = collection.embeddings(unknown).err();
    assert!(
        matches!(error, Some(Error::UnknownPassage { passage }) if passage == unknown),
        "{error:?}"
    );
    let before = collection.embeddings(PassageId(1))?;
    let documents = collection.documents().into_iter();
    collection.delete(["湖"])?;
    assert_eq!(documents.embeddings(PassageId(1))?, before);
    let error = collection.embeddings(PassageId(1)).err();
    assert!(matches!(error, Some(Error::UnknownPassage { .. })), "{error:?}");
    Ok(())
}

#[test]
fn embeddings_of_a_deleted_passage_are_those_of_the_state_that_is_read() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_embeddings_of_a_state(&on_disk)?;
    check_embeddings_of_a_state(&in_memory)
}
