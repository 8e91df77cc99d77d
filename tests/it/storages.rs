//! Laws that hold for every storage: a collection in a folder and one in memory answer alike.

use std::ops::ControlFlow;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{Collection, Document, Error, Hits, PassageId, SearchOptions, Storage};
use serde_json::json;

use crate::both_storages::both;
use crate::files::files;
use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "わび茶を大成した茶人は誰か？";

/// What a search says but for the scores, which differ by the rounding of stored rows.
type Answer = Vec<(String, PassageId, String, serde_json::Value)>;

fn answer(hits: &Hits) -> Answer {
    let of = |hit: &jacolbert::Hit| {
        (hit.document_id.clone(), hit.passage_id, hit.content.clone(), hit.metadata.clone())
    };
    hits.iter().map(of).collect()
}

/// A sequence of changes, with what the collection answers after each.
fn changed<S: Storage>(collection: &Collection<S>) -> Result<Vec<(usize, usize, Answer)>, Error> {
    let mut answers = Vec::new();
    let mut ask = || -> Result<(), Error> {
        let hits = collection.query(QUERY).options(SearchOptions::exact(100)).search()?;
        let counts = (collection.num_documents(), collection.num_passages());
        answers.push((counts.0, counts.1, answer(&hits)));
        Ok(())
    };
    ask()?;
    collection.delete(["湖", "湖"])?;
    ask()?;
    let river = Document::new("川", "信濃川は日本で最も長い川である。").with_metadata(json!([1]));
    collection.add([river])?;
    ask()?;
    let tea = Document::new("茶", "村田珠光はわび茶の祖とされる茶人である。");
    collection.replace(&[tea, Document::new("川", "石狩川は北海道を流れる。")])?;
    ask()?;
    collection.add(&documents()[1..2])?;
    ask()?;
    collection.add(&[])?;
    collection.delete(["山", "湖", "茶", "星", "空", "川"])?;
    ask()?;
    Ok(answers)
}

#[test]
fn a_sequence_of_changes_gives_the_same_answers() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    let expected = changed(&on_disk)?;
    assert_eq!(changed(&in_memory)?, expected);
    let counts: Vec<usize> = expected.iter().map(|(documents, ..)| *documents).collect();
    assert_eq!(counts, [5, 4, 5, 5, 6, 0]);
    assert_eq!(expected[3].2[0].2, "村田珠光はわび茶の祖とされる茶人である。");
    assert!(expected[5].2.is_empty());
    Ok(())
}

fn check_among<S: Storage>(collection: &Collection<S>) -> TestResult {
    let hits = collection.query(QUERY).k(9).among(["星", "茶", "星"]).search()?;
    assert_eq!(hits.iter().map(|hit| hit.document_id.as_str()).collect::<Vec<_>>(), ["茶", "星"]);
    let nothing: [&str; 0] = [];
    assert!(collection.query(QUERY).among(nothing).search()?.is_empty());
    let unknown = collection.query(QUERY).among(["茶", "川"]).search();
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "川"));
    Ok(())
}

#[test]
fn a_search_among_documents_finds_only_these() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_among(&on_disk)?;
    check_among(&in_memory)
}

fn check_explain<S: Storage>(collection: &Collection<S>) -> TestResult {
    for hit in &collection.search(QUERY, 100)? {
        let matches = collection.explain(QUERY, hit.passage_id)?.matches;
        assert_eq!(matches.len(), 32, "one per query token");
        let sum: f32 = matches.iter().map(|found| found.score).sum();
        assert!((sum - hit.score).abs() < 1e-4, "{sum}, not {}", hit.score);
    }
    let unknown = collection.explain(QUERY, PassageId(99));
    assert!(matches!(unknown, Err(Error::UnknownPassage { passage: PassageId(99) })));
    collection.delete(["茶"])?;
    let deleted = collection.explain(QUERY, PassageId(2));
    assert!(matches!(deleted, Err(Error::UnknownPassage { passage: PassageId(2) })));
    Ok(())
}

#[test]
fn matches_add_up_to_the_score_and_deleted_passages_have_none() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_explain(&on_disk)?;
    check_explain(&in_memory)
}

fn check_refusals<S: Storage>(collection: &Collection<S>) -> TestResult {
    let new = |id: &str| Document::new(id, "新しい。");
    for (documents, place) in [([new("新"), new("湖")], 1), ([new("新"), new("新")], 1)] {
        let added = collection.add(&documents);
        assert!(
            matches!(&added, Err(Error::Documents(DocumentsError::DuplicateId { position, .. }))
                if *position == place),
            "{added:?}"
        );
    }
    let nameless = collection.add(&[new("")]);
    assert!(matches!(nameless, Err(Error::Documents(DocumentsError::EmptyId { position: 0 }))));
    let unknown = collection.replace(&[new("湖"), new("新")]);
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "新"));
    let unknown = collection.delete(["湖", "新"]);
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "新"));
    for replace in [false, true] {
        let update = collection.update().on_progress(|_| ControlFlow::Break(()));
        let stopped =
            if replace { update.replace(&[new("湖")]) } else { update.add(&[new("新")]) };
        assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    }
    assert_eq!((collection.num_documents(), collection.num_passages()), (5, 5));
    assert!(collection.contains("湖")? && !collection.contains("新")?);
    assert!(collection.search(QUERY, 100)?.iter().all(|hit| hit.content != "新しい。"));
    Ok(())
}

#[test]
fn changes_that_cannot_be_made_change_nothing() -> TestResult {
    let (folder, on_disk, in_memory) = both()?;
    check_refusals(&in_memory)?;
    let before = files(folder.path())?;
    check_refusals(&on_disk)?;
    assert!(files(folder.path())? == before, "the folder is as it was");
    Ok(())
}

fn check_batch<S: Storage>(collection: &Collection<S>) -> TestResult {
    let queries = ["日本で一番高い山は？", QUERY];
    let found = collection.query_batch(queries).k(2).search()?;
    assert_eq!(found.len(), 2);
    for (query, hits) in queries.into_iter().zip(&found) {
        assert_eq!(*hits, collection.search(query, 2)?);
    }
    let found = collection.query_batch(queries).k(2).among(["茶", "星"]).search()?;
    for (query, hits) in queries.into_iter().zip(&found) {
        assert_eq!(*hits, collection.query(query).k(2).among(["茶", "星"]).search()?);
    }
    let unknown = collection.query_batch(queries).among(["川"]).search();
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "川"));
    let none: [&str; 0] = [];
    assert!(collection.search_batch(none, 3)?.is_empty());
    Ok(())
}

#[test]
fn a_batch_finds_what_each_search_finds() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_batch(&on_disk)?;
    check_batch(&in_memory)
}

/// Items of a stream.
type Come = Vec<Result<Document, std::io::Error>>;

fn come(documents: impl IntoIterator<Item = Document>) -> Come {
    documents.into_iter().map(Ok).collect()
}

fn check_streams<S: Storage>(collection: &Collection<S>, twin: &Collection<S>) -> TestResult {
    let new = |n: usize| Document::new(format!("新{n}"), format!("{n}番目の新しい文である。"));
    let mut seen = Vec::new();
    let update = collection.update().on_progress(|progress| {
        seen.push((progress.done, progress.of));
        ControlFlow::Continue(())
    });
    update.add_stream(come((0..20).map(new)))?;
    assert_eq!(seen.first(), Some(&(0, 0)));
    assert_eq!(seen.last().map(|last| last.1), Some(20));
    twin.add((0..20).map(new).collect::<Vec<_>>())?;

    let lake = Document::new("湖", "摩周湖は透明な湖である。");
    let upserted = [lake, new(20), new(3)];
    collection.update().upsert_stream(come(upserted.clone()))?;
    twin.update().upsert(&upserted)?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (26, 26));
    let ask = |collection: &Collection<S>| -> Result<Answer, Error> {
        let found = collection.query("透明な湖は？").options(SearchOptions::exact(100));
        Ok(answer(&found.search()?))
    };
    assert_eq!(ask(collection)?, ask(twin)?);

    let before = ask(collection)?;
    let broken = || vec![Ok(new(30)), Err(std::io::Error::other("the source is gone"))];
    let refused = [
        collection.update().add_stream(come([new(31), new(3)])),
        collection.update().add_stream(come([new(31), new(31)])),
        collection.update().upsert_stream(come([new(31), new(3), new(3)])),
        collection.update().upsert_stream(come([Document::new("", "名のない文。")])),
        collection.update().add_stream(broken()),
        collection.update().upsert_stream(broken()),
    ];
    for (n, refused) in refused.into_iter().enumerate() {
        assert!(matches!(refused, Err(Error::Documents(_))), "{n}: {refused:?}");
    }
    let stopped = collection.update().on_progress(|_| ControlFlow::Break(()));
    let stopped = stopped.add_stream(come([new(31)]));
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    assert_eq!((ask(collection)?, collection.num_documents()), (before, 26));
    Ok(())
}

#[test]
fn a_stream_of_documents_is_added_as_a_list_of_them_is() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    let (_twins_folder, on_disk_twin, in_memory_twin) = both()?;
    check_streams(&on_disk, &on_disk_twin)?;
    check_streams(&in_memory, &in_memory_twin)
}

#[test]
fn one_document_replaced_in_memory_leaves_nothing_of_its_earlier_texts() -> TestResult {
    let collection = retriever().in_memory();
    collection.add(documents())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("collection.safetensors");
    let mut lengths = Vec::new();
    for n in 10..60 {
        collection.replace([Document::new("湖", format!("{n}番目の湖の文。"))])?;
        collection.save(&path)?;
        lengths.push(std::fs::metadata(&path)?.len());
    }
    let most = lengths.iter().max().copied().unwrap_or_default();
    assert!(most < lengths[0] + 2_000, "{lengths:?}");
    let loaded = retriever().load_in_memory(&path)?;
    assert_eq!((loaded.num_documents(), loaded.num_passages()), (5, 5));
    assert_eq!(loaded.search("湖の文", 1)?[0].content, "59番目の湖の文。");
    loaded.add([Document::new("川", "信濃川は長い。")])?;
    assert_eq!(loaded.search("信濃川", 1)?[0].passage_id, PassageId(55));
    Ok(())
}
