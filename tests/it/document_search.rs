//! Laws of searches for documents: `k` of them, however many passages one has.

use jacolbert::{Collection, Document, DocumentHit, Error, SearchOptions, Splitting, Storage};

use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "日本で一番高い山は？";
/// Sentences of each of the long documents.
const NUM_SENTENCES: usize = 12;

/// The sample and three long documents, whose passages crowd out the others.
fn crowded() -> Vec<Document> {
    let sentence = |n: usize| format!("日本で一番高い山は富士山で、第{n}の理由もある。");
    let long = |id: &str| Document::new(id, (0..NUM_SENTENCES).map(sentence).collect::<String>());
    let mut all = vec![long("長1"), long("長2"), long("長3")];
    all.extend(documents());
    all
}

const SPLITTING: Splitting = Splitting::Sentences { max_tokens: 24, overlap: 0 };

/// The naive answer: all passages, grouped by document.
fn grouped<S: Storage>(
    collection: &Collection<S>,
    k: usize,
    max_passages: usize,
) -> Result<Vec<(String, f32, Vec<String>)>, Error> {
    let all = collection.query(QUERY).options(SearchOptions::exact(10_000)).search()?;
    let mut groups: Vec<(String, f32, Vec<String>)> = Vec::new();
    for hit in all {
        let at = groups.iter().position(|(id, ..)| *id == hit.document_id);
        let at = at.unwrap_or_else(|| {
            groups.push((hit.document_id, hit.score, Vec::new()));
            groups.len() - 1
        });
        if groups[at].2.len() < max_passages {
            groups[at].2.push(hit.content);
        }
    }
    groups.truncate(k);
    Ok(groups)
}

fn simplified(hits: &[DocumentHit]) -> Vec<(String, f32, Vec<String>)> {
    let passages = |hit: &DocumentHit| hit.passages.iter().map(|p| p.content.clone()).collect();
    hits.iter().map(|hit| (hit.document_id.clone(), hit.score, passages(hit))).collect()
}

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let passages = collection.search(QUERY, 5)?;
    assert!(
        passages.iter().all(|hit| hit.document_id.starts_with('長')),
        "they crowd out the rest"
    );
    for (k, max_passages) in [(0, 2), (1, 1), (5, 0), (5, 1), (5, 3), (8, 100), (usize::MAX, 2)] {
        let hits = collection.query(QUERY).k(k).by_document(max_passages).search()?;
        assert_eq!(hits.len(), k.min(8), "k documents, if there are as many");
        assert_eq!(simplified(&hits), grouped(collection, k, max_passages)?, "{k} {max_passages}");
    }
    let hits = collection.query(QUERY).k(5).by_document(2).search()?;
    for (n, hit) in hits.iter().enumerate() {
        assert_eq!(hit.rank, n + 1);
        let stored = collection.get(&hit.document_id)?.ok_or("the document is there")?;
        assert_eq!((hit.num_passages, &hit.metadata), (stored.passages.len(), &stored.metadata));
        assert_eq!(hit.score, hit.passages[0].score);
        assert!(hit.passages.is_sorted_by(|a, b| a.score >= b.score));
        for passage in &hit.passages {
            let same = &stored.passages[passage.passage_number];
            assert_eq!((same.passage_id, &same.content), (passage.passage_id, &passage.content));
        }
    }
    Ok(())
}

fn check_settings<S: Storage>(collection: &Collection<S>) -> TestResult {
    let queries = [QUERY, "わび茶を大成した茶人は誰か？"];
    let batch = collection.query_batch(queries).k(4).by_document(2).search()?;
    for (query, hits) in queries.into_iter().zip(&batch) {
        assert_eq!(*hits, collection.query(query).k(4).by_document(2).search()?);
    }
    assert_eq!(batch[1][0].document_id, "茶");
    let among = collection.query(QUERY).among(["茶", "長2"]).by_document(1).search()?;
    let ids: Vec<&str> = among.iter().map(|hit| hit.document_id.as_str()).collect();
    assert_eq!(ids, ["長2", "茶"]);
    let unknown = collection.query(QUERY).among(["川"]).by_document(1).search();
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "川"));
    let long = QUERY.repeat(20);
    let cut = collection.search(&long, 1)?.tokens_cut();
    assert!(cut > 0);
    assert_eq!(collection.query(&long).by_document(1).search()?.tokens_cut(), cut);
    collection.delete(["長1", "長2"])?;
    let left = collection.query(QUERY).k(7).by_document(1).search()?;
    assert_eq!(left.len(), 6);
    Ok(())
}

#[test]
fn k_documents_are_found_where_passages_of_few_crowd_out_the_rest() -> TestResult {
    let folder = tempfile::tempdir()?;
    let indexer = retriever().indexer(folder.path()).splitting(SPLITTING);
    let on_disk = indexer.run(crowded())?.collection;
    assert!(on_disk.num_passages() >= 3 * NUM_SENTENCES / 2 + 5, "{}", on_disk.num_passages());
    check(&on_disk)?;
    let in_memory = retriever().in_memory();
    in_memory.update().splitting(SPLITTING).add(crowded())?;
    check(&in_memory)?;
    check_settings(&on_disk)?;
    check_settings(&in_memory)
}
