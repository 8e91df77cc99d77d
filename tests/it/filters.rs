//! Laws of filters: searches, pages, counts and deletions keep to them, on disk and in memory.

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{
    Collection, Document, Error, Filter, Query, SearchOptions, Splitting, Storage, field,
};
use serde_json::{Value, json};

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

const MOUNTAIN: &str = "一番高い山は？";

fn ids<S: Storage>(collection: &Collection<S>, filter: &str) -> Result<Vec<String>, Error> {
    let hits = collection.query(MOUNTAIN).k(9).filter(filter).search()?;
    let mut ids: Vec<String> = hits.into_iter().map(|hit| hit.document_id).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn check_searches<S: Storage>(collection: &Collection<S>) -> TestResult {
    let filter = || field("subject").is_in(["地理", "文化"]);
    let all = collection.query(MOUNTAIN).options(SearchOptions::exact(9)).search()?;
    let passing: Vec<_> = all.iter().filter(|hit| hit.metadata["subject"] != "天文").collect();
    let passing: Vec<_> = passing.iter().filter(|hit| hit.metadata["subject"] != "無").collect();
    let hits = collection.query(MOUNTAIN).k(9).filter(filter()).search()?;
    assert_eq!(hits.len(), 3);
    for (hit, expected) in hits.iter().zip(passing) {
        assert_eq!((&hit.document_id, hit.score), (&expected.document_id, expected.score));
    }
    let batch = collection.query_batch([MOUNTAIN, "茶"]).k(9).filter(filter()).search()?;
    assert_eq!((batch[0].as_ref(), batch[1].len()), (&*hits, 3));
    let grouped = collection.query(MOUNTAIN).k(9).filter(filter()).by_document(1).search()?;
    assert_eq!(grouped.len(), 3);
    let queries = [Query::new("q", MOUNTAIN)];
    let run = collection.runner(&queries).k(9).filter(filter()).run("r")?.run;
    assert_eq!(run.num_results(), 3);
    let both = collection.query(MOUNTAIN).among(["山", "星"]).filter(filter()).search()?;
    assert_eq!(both.iter().map(|hit| hit.document_id.as_str()).collect::<Vec<_>>(), ["山"]);
    let twice = collection.query(MOUNTAIN).filter("subject = '地理'").filter("subject != '地理'");
    assert!(twice.search()?.is_empty());
    Ok(())
}

fn check_documents<S: Storage>(collection: &Collection<S>) -> TestResult {
    let filter: Filter = "subject LIKE '地_' OR subject = '無'".parse()?;
    assert_eq!(collection.count(&filter)?, 3);
    assert_eq!((collection.count("subject IS NULL")?, collection.count("none IS NULL")?), (0, 5));
    let page = collection.documents().filter(&filter).ids(2)?;
    assert_eq!(page.items, ["山", "湖"]);
    let next = page.next.ok_or("a second page")?;
    let last = collection.documents().filter(&filter).after(next).page(2)?;
    assert_eq!((last.items[0].id.as_str(), last.items.len(), last.next), ("空", 1, None));
    let all: Vec<_> = collection.documents().filter("subject = '文化'").into_iter().collect();
    assert_eq!(all.len(), 1);
    Ok(())
}

fn check_errors<S: Storage>(collection: &Collection<S>) -> TestResult {
    let wrong = "subject =";
    let refused = [
        collection.query(MOUNTAIN).filter(wrong).search().err(),
        collection.query_batch([MOUNTAIN]).filter(wrong).search().err(),
        collection.query(MOUNTAIN).filter(wrong).by_document(1).search().err(),
        collection.runner(&[]).filter(wrong).run("r").err(),
        collection.documents().filter("a = 1").filter(wrong).page(1).err(),
        collection.documents().filter(wrong).into_iter().next().and_then(Result::err),
        collection.count(wrong).err(),
        collection.update().delete_where(wrong).err(),
    ];
    for refused in refused {
        let Some(Error::Filter(error)) = refused else { return Err(format!("{refused:?}").into()) };
        assert_eq!(error.position.column, 10);
    }
    let strict = "subject = '地理' OR 題 = 1".parse::<Filter>()?.strict();
    match collection.query(MOUNTAIN).filter(strict).search() {
        Err(Error::Documents(DocumentsError::UnknownField { field, position })) => {
            assert_eq!((field.as_str(), position.map(|at| at.column)), ("題", Some(19)));
        }
        other => return Err(format!("{other:?}").into()),
    }
    let known = field("subject").eq("地理").strict();
    assert_eq!(collection.query(MOUNTAIN).filter(known).search()?.len(), 2);
    Ok(())
}

fn check_changes<S: Storage>(collection: &Collection<S>) -> TestResult {
    let before = collection.search(MOUNTAIN, 9)?;
    collection.update().update_metadata("山", json!({"subject": "登山", "height": 3776}))?;
    let after = collection.search(MOUNTAIN, 9)?;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.passage_id, before.score), (after.passage_id, after.score));
    }
    let found = collection.get("山")?.ok_or("it is there")?;
    assert_eq!(found.metadata, json!({"subject": "登山", "height": 3776}));
    let hit = after.iter().find(|hit| hit.document_id == "山").ok_or("it is found")?;
    assert_eq!(hit.metadata["height"], 3776);
    assert_eq!(ids(collection, "subject = '地理'")?, ["湖"]);
    assert_eq!(ids(collection, "height > 3000")?, ["山"]);
    let unknown = collection.update().update_metadata("川", Value::Null);
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "川"));

    assert_eq!(collection.update().delete_where("subject IN ('登山', '文化')")?, 2);
    assert_eq!((collection.num_documents(), collection.count("none IS NULL")?), (3, 3));
    assert_eq!(ids(collection, "none IS NULL")?, ["星", "湖", "空"]);
    assert_eq!(collection.update().delete_where("height > 3000")?, 0);
    // A document of several passages passes or does not as a whole.
    let long =
        Document::new("長", "一つ目の文。二つ目の文。三つ目の文。").with_metadata(json!({"n": 1}));
    let sentences = Splitting::Sentences { max_tokens: 8, overlap: 0 };
    collection.update().splitting(sentences).add([&long])?;
    let hits = collection.query("文").k(9).filter("n = 1").search()?;
    assert!(hits.len() > 1 && hits.iter().all(|hit| hit.document_id == "長"));
    collection.update().update_metadata("長", json!({"n": 2}))?;
    assert_eq!(collection.query("文").k(9).filter("n = 2").search()?.len(), hits.len());
    assert_eq!((collection.count("n = 2")?, collection.count("n = 1")?), (1, 0));
    Ok(())
}

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    check_searches(collection)?;
    check_documents(collection)?;
    check_errors(collection)?;
    check_changes(collection)
}

#[test]
fn filters_limit_what_is_found_read_counted_and_deleted() -> TestResult {
    let (folder, on_disk, in_memory) = both()?;
    check(&in_memory)?;
    check(&on_disk)?;
    let reopened = retriever().open(folder.path())?;
    assert_eq!((reopened.count("n = 2")?, reopened.num_documents()), (1, 4));
    on_disk.compact()?;
    assert_eq!((on_disk.count("n = 2")?, on_disk.count("subject = '地理'")?), (1, 1));
    let file = folder.path().join("memory.safetensors");
    in_memory.save(&file)?;
    let loaded = retriever().load_in_memory(&file)?;
    assert_eq!((loaded.count("n = 2")?, loaded.count("subject = '地理'")?), (1, 1));
    Ok(())
}

#[test]
fn a_change_of_metadata_is_one_commit_that_open_states_do_not_see() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    let reader = retriever().open(folder.path())?;
    collection.update().update_metadata("山", "新しい")?;
    assert_eq!(reader.get("山")?.ok_or("it is there")?.metadata, json!({"subject": "地理"}));
    reader.reload()?;
    assert_eq!(reader.get("山")?.ok_or("it is there")?.metadata, json!("新しい"));
    assert_eq!(reader.count("subject = '地理'")?, 1);
    Ok(())
}
