//! Laws of runs: what a retriever finds for many queries, as `eval` judges it.

use std::ops::ControlFlow;

use jacolbert::eval::{Run, SearchQuality, TieRule};
use jacolbert::{Collection, Document, Error, Query, SearchOptions, Splitting, Storage};

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

fn queries() -> Vec<Query> {
    vec![
        Query::new("q1", "日本で一番高い山は？"),
        Query::new("q2", "わび茶を大成した茶人は誰か？"),
        Query::new("q3", "環をもつ惑星は？"),
    ]
}

/// The documents of a query, best first.
fn found(run: &Run, query: &str) -> Vec<(String, f64)> {
    let ranking = run.ranking(query).expect("the query was asked");
    let best = ranking.best_first(TieRule::InputOrder);
    best.into_iter().map(|(id, score)| (id.to_owned(), score)).collect()
}

#[test]
fn a_run_has_the_hits_of_every_search() -> TestResult {
    let queries = queries();
    let collection = retriever().in_memory();
    collection.update().splitting(Splitting::Whole).add(documents())?;
    let mut steps = Vec::new();
    let runner = collection.runner(&queries).k(3).on_progress(|progress| {
        steps.push((progress.done, progress.of));
        ControlFlow::Continue(())
    });
    let run = runner.run("mini")?.run;
    assert_eq!((run.name(), run.num_queries(), run.num_results()), ("mini", 3, 9));
    assert_eq!(steps, [(3, 3)]);
    for query in &queries {
        let hits = collection.search(&query.text, 3)?;
        let hits = hits.into_iter().map(|hit| (hit.document_id, f64::from(hit.score)));
        assert_eq!(found(&run, &query.id), hits.collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn a_document_of_several_passages_counts_once_with_its_best() -> TestResult {
    let retriever = retriever();
    let long = "富士山は日本で一番高い山である。".repeat(12);
    let mut documents = documents();
    documents.push(Document::new("長", long));
    let splitting = Splitting::Sentences { max_tokens: 12, overlap: 0 };
    let collection = retriever.in_memory();
    collection.update().splitting(splitting).add(&documents)?;
    assert!(collection.num_passages() > 2 * documents.len());

    let run = collection.runner(&queries()[..1]).k(4).run("parts")?.run;
    let all = collection.search(&queries()[0].text, usize::MAX)?;
    let mut best: Vec<(String, f64)> = Vec::new();
    for hit in all {
        if best.iter().all(|(id, _)| *id != hit.document_id) {
            best.push((hit.document_id, hit.score.into()));
        }
    }
    best.truncate(4);
    assert_eq!(found(&run, "q1"), best);
    Ok(())
}

fn check_among<S: Storage>(collection: &Collection<S>) -> TestResult {
    let queries = queries();
    let run = collection.runner(&queries).among(["茶", "空"]).run("among")?.run;
    for query in &queries {
        let hits = collection.query(&query.text).among(["茶", "空"]).search()?;
        let hits = hits.into_iter().map(|hit| (hit.document_id, f64::from(hit.score)));
        assert_eq!(found(&run, &query.id), hits.collect::<Vec<_>>());
        assert_eq!(found(&run, &query.id).len(), 2);
    }
    let unknown = collection.runner(&queries).among(["川"]).run("unknown");
    assert!(matches!(unknown, Err(Error::UnknownId { id }) if id == "川"));
    Ok(())
}

#[test]
fn a_run_can_be_limited_to_documents() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_among(&on_disk)?;
    check_among(&in_memory)?;
    let exact = on_disk.runner(queries()).among(["茶", "空"]).k(2).measure_loss()?;
    assert_eq!((exact.recall, exact.num_queries), (1.0, 3));
    Ok(())
}

#[test]
fn an_exact_search_of_an_index_loses_nothing() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    let queries = queries();
    let run = collection.runner(&queries).k(3).run("index")?.run;
    for query in &queries {
        let hits = collection.search(&query.text, 3)?;
        let hits = hits.into_iter().map(|hit| (hit.document_id, f64::from(hit.score)));
        assert_eq!(found(&run, &query.id), hits.collect::<Vec<_>>());
    }
    let exact = SearchOptions::exact(3);
    let mut last = None;
    let runner = collection.runner(&queries).options(exact).on_progress(|progress| {
        last = Some((progress.done, progress.of));
        ControlFlow::Continue(())
    });
    let quality = runner.measure_loss()?;
    assert_eq!(last, Some((6, 6)), "every query is searched twice");
    assert_eq!((quality.k, quality.recall, quality.share_with_losses), (3, 1.0, 0.0));
    assert_eq!((quality.num_queries, quality.losses), (3, vec![]));
    Ok(())
}

#[test]
fn losses_are_counted_within_k_and_named() -> TestResult {
    let ranked = |name: &str, lists: [&[&str]; 2]| -> Result<Run, Error> {
        let mut run = Run::new(name);
        for (query, list) in ["q1", "q2"].into_iter().zip(lists) {
            run.push_query(query)?;
            for (n, document) in list.iter().enumerate() {
                run.push(query, document, -(n as f64))?;
            }
        }
        Ok(run)
    };
    let exhaustive = ranked("exhaustive", [&["a", "b", "c"], &["a", "b", "c"]])?;
    let found = ranked("found", [&["b", "d", "a"], &["b", "a"]])?;
    let quality = SearchQuality::new(&exhaustive, &found, 2);
    assert_eq!((quality.recall, quality.share_with_losses), (0.75, 0.5));
    assert_eq!(quality.losses, [("q1".to_owned(), vec!["a".to_owned()])]);
    let deeper = SearchQuality::new(&exhaustive, &found, 3);
    assert_eq!((deeper.recall, deeper.share_with_losses), (2.0 / 3.0, 1.0));
    let nothing = SearchQuality::new(&Run::new("none"), &found, 3);
    assert_eq!((nothing.recall, nothing.share_with_losses, nothing.num_queries), (1.0, 0.0, 0));
    Ok(())
}

#[test]
fn candidates_are_reranked_as_rerank_does() -> TestResult {
    let retriever = retriever();
    let mut candidates = Run::new("bm25");
    for (query, document) in [("q1", "湖"), ("q1", "空"), ("q1", "山"), ("q2", "茶")] {
        candidates.push(query, document, 1.0)?;
    }
    let documents = documents();
    let queries = queries();
    let run = retriever.reranker().rerank_run("mini", &queries, &documents, &candidates)?.run;
    let texts: Vec<&str> = [1, 4, 0].map(|n| documents[n].text.as_str()).to_vec();
    let expected = retriever.rerank(&queries[0].text, &texts, 3)?;
    let names = ["湖", "空", "山"];
    let expected = expected.iter().map(|r| (names[r.position].to_owned(), f64::from(r.score)));
    assert_eq!(found(&run, "q1"), expected.collect::<Vec<_>>());
    assert_eq!((found(&run, "q2").len(), found(&run, "q3").len()), (1, 0));
    Ok(())
}

#[test]
fn queries_of_one_name_and_unknown_candidates_are_refused() -> TestResult {
    let retriever = retriever();
    let twice = [Query::new("q", "山"), Query::new("q", "湖")];
    let collection = retriever.in_memory();
    collection.add(documents())?;
    let run = collection.runner(&twice).run("twice");
    assert!(matches!(run, Err(Error::DuplicateQuery { position: 1, .. })));
    let nameless = [Query::new("q1", "山"), Query::new("", "山")];
    let run = collection.runner(&nameless).run("nameless");
    assert!(matches!(run, Err(Error::EmptyQueryId { position: 1 })), "{run:?}");
    let mut candidates = Run::new("bm25");
    candidates.push("q1", "川", 1.0)?;
    let queries = queries();
    let documents = documents();
    let run = retriever.reranker().rerank_run("mini", &queries, &documents, &candidates);
    assert!(matches!(run, Err(Error::UnknownId { id }) if id == "川"));
    Ok(())
}

#[test]
fn a_run_that_is_cancelled_is_an_error() -> TestResult {
    let retriever = retriever();
    let documents = documents();
    let queries = queries();
    let stop = |_| ControlFlow::Break(());
    let collection = retriever.in_memory();
    collection.add(&documents)?;
    let run = collection.runner(&queries).on_progress(stop).run("mini");
    assert!(matches!(run, Err(Error::Cancelled)));
    let mut candidates = Run::new("bm25");
    candidates.push("q1", "湖", 1.0)?;
    let reranker = retriever.reranker().on_progress(stop);
    let run = reranker.rerank_run("mini", &queries, &documents, &candidates);
    assert!(matches!(run, Err(Error::Cancelled)));
    Ok(())
}
