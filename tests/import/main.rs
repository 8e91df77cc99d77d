//! Laws of importing a RAGatouille index: see `make_fixtures.py`.

mod bad_folders;
mod fixture;
#[path = "../it/sample.rs"]
mod sample;

use std::collections::BTreeMap;

use fixture::{RAGATOUILLE, Variant, fixture};
use jacolbert::{Collection, Document, Error, PassageId};
use sample::{TestResult, documents, retriever};
use serde_json::Value;
use tempfile::TempDir;

/// The fixture as a collection, and its folder.
fn imported() -> Result<(Collection, TempDir), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let from = fixture(RAGATOUILLE);
    let collection = retriever().import_ragatouille(&from, folder.path().join("index")).run()?;
    Ok((collection, folder))
}

#[test]
fn passages_have_the_scores_that_colbert_ai_gives_them() -> TestResult {
    let (collection, _folder) = imported()?;
    let expected: Vec<Value> = fixture::json("hits.json")?;
    assert_eq!(expected.len(), 4);
    for expected in &expected {
        let hits = collection.search(expected["question"].as_str().ok_or("a question")?, 100)?;
        let scores: BTreeMap<u64, f64> =
            hits.iter().map(|hit| (hit.passage_id.0.into(), hit.score.into())).collect();
        let passages: Vec<u64> = serde_json::from_value(expected["passages"].clone())?;
        let theirs: Vec<f64> = serde_json::from_value(expected["scores"].clone())?;
        assert_eq!((hits.len(), u64::from(hits[0].passage_id.0)), (11, passages[0]));
        for (passage, theirs) in passages.iter().zip(theirs) {
            let ours = scores[passage];
            assert!((ours - theirs).abs() < 0.1, "passage {passage}: {ours}, not {theirs}");
        }
    }
    Ok(())
}

#[test]
fn documents_are_those_of_ragatouille() -> TestResult {
    let (collection, _folder) = imported()?;
    collection.index().verify()?;
    let counts = (collection.num_documents(), collection.num_passages());
    assert_eq!((counts, collection.index().num_ids()), ((7, 11), 12));
    let texts: Vec<String> = fixture::json("collection.json")?;
    let ids: BTreeMap<String, String> = fixture::json("pid_docid_map.json")?;
    let metadata: BTreeMap<String, Value> = fixture::json("docid_metadata_map.json")?;
    let mut hits = collection.search("山", 100)?.into_vec();
    hits.sort_unstable_by_key(|hit| hit.passage_id);
    let positions: Vec<u32> = hits.iter().map(|hit| hit.passage_id.0).collect();
    assert_eq!(positions, [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11], "passage 3 was deleted");
    for (hit, text) in hits.iter().zip(texts) {
        assert_eq!(hit.content, text);
        assert_eq!(hit.document_id, ids[&hit.passage_id.0.to_string()]);
        assert_eq!(hit.metadata, metadata[&hit.document_id]);
    }
    assert!(collection.contains("planets")? && !collection.contains("shinano-1")?);
    Ok(())
}

#[test]
fn an_imported_collection_goes_on_as_any_other() -> TestResult {
    let (collection, folder) = imported()?;
    let question = "環をもつ惑星は？";
    let before = collection.search(question, 100)?;
    assert_eq!(before[0].document_id, "planets");
    let matches = collection.explain(question, before[0].passage_id)?.matches;
    let sum: f32 = matches.iter().map(|found| found.score).sum();
    assert!((sum - before[0].score).abs() < 1e-3);
    let among = collection.query(question).k(100).among(["planets", "fuji-1"]).search()?;
    assert_eq!((among.len(), &among[0]), (4, &before[0]));

    collection.add(documents())?;
    collection.delete(["planets"])?;
    let lake = Document::new("biwa-1", "琵琶湖には多くの魚がすむ。");
    collection.replace(&[lake])?;
    collection.compact()?;
    drop(collection);

    let collection = Collection::open(folder.path().join("index"))?;
    collection.index().verify()?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (11, 12));
    let hits = collection.search(question, 100)?;
    assert_eq!((hits.len(), hits[0].document_id.as_str()), (12, "星"));
    assert_eq!(hits.iter().map(|hit| hit.passage_id.0).max(), Some(17), "ids go on after 11");
    for hit in &hits {
        let kept = before.iter().find(|old| old.passage_id == hit.passage_id);
        assert!(kept.is_none_or(|old| (&old.content, old.score) == (&hit.content, hit.score)));
    }
    let lake = hits.iter().find(|hit| hit.document_id == "biwa-1").ok_or("the lake")?;
    assert_eq!(lake.content, "琵琶湖には多くの魚がすむ。");
    Ok(())
}

#[test]
fn a_document_with_others_between_its_passages_is_one() -> TestResult {
    let retriever = retriever();
    let from = Variant::new()?;
    let mut ids: BTreeMap<String, String> = fixture::json("pid_docid_map.json")?;
    ids.extend([("0".into(), "typhoon-1".into()), ("6".into(), "typhoon-1".into())]);
    from.write("pid_docid_map.json", &serde_json::to_vec(&ids)?)?;
    let folder = tempfile::tempdir()?;
    let to = folder.path().join("index");
    let collection = retriever.import_ragatouille(from.path(), &to).run()?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (5, 11));
    let passages = |collection: &Collection| -> Result<Vec<PassageId>, Error> {
        let hits = collection.query("山").k(100).among(["typhoon-1"]).search()?;
        Ok(hits.iter().map(|hit| hit.passage_id).collect())
    };
    let mut found = passages(&collection)?;
    found.sort_unstable();
    assert_eq!(found, [0, 6, 11].map(PassageId));
    collection.delete(["typhoon-1"])?;
    collection.compact()?;
    assert_eq!((collection.num_documents(), collection.num_passages()), (4, 8));
    assert!(matches!(passages(&collection), Err(Error::UnknownId { .. })));
    collection.index().verify()?;
    Ok(())
}

#[test]
fn the_foreign_index_stays_as_it_is() -> TestResult {
    let retriever = retriever();
    let from = Variant::new()?;
    let folder = tempfile::tempdir()?;
    let before = from.files()?;
    retriever.import_ragatouille(from.path(), folder.path()).run()?;
    assert_eq!(from.files()?, before);
    Ok(())
}
