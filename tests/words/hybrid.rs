//! Hybrid searches: what they find, and the parts of a score.

use std::collections::BTreeMap;

use jacolbert::{
    Analyser, Collection, Document, Fusion, Hit, PassageId, Query, SearchOptions, Storage,
};

use crate::sample::{TestResult, documents, retriever};

const QUERIES: [&str; 4] = ["日本で最も大きな湖は？", "わび茶を大成した茶人", "環", "土星の山"];
const FUSIONS: [Fusion; 3] = [
    Fusion::MaxSim,
    Fusion::ReciprocalRank { constant: 60.0, words: 1.0 },
    Fusion::Weighted { words: 0.5 },
];

fn both() -> Result<(tempfile::TempDir, Collection, jacolbert::MemoryCollection), jacolbert::Error>
{
    let folder = tempfile::tempdir()
        .map_err(|source| jacolbert::Error::Io { path: std::env::temp_dir(), source })?;
    let indexer = retriever().indexer(folder.path()).words(Analyser::default());
    let on_disk = indexer.run(documents())?.collection;
    let in_memory = retriever().in_memory().with_words(Analyser::default())?;
    in_memory.add(documents())?;
    Ok((folder, on_disk, in_memory))
}

/// Checks every part of the scores, and the order, against searches for the parts alone.
fn check_parts<S: Storage>(collection: &Collection<S>) -> TestResult {
    for query in QUERIES {
        let late = collection.query(query).options(SearchOptions::exact(100)).search()?;
        let words = collection.query(query).k(100).words_only().search()?;
        assert_eq!(words.num_query_rows(), 0, "not encoded");
        let words: BTreeMap<PassageId, f64> =
            words.iter().map(|hit| (hit.passage_id, hit.scores.bm25.unwrap_or(f64::NAN))).collect();
        for fusion in FUSIONS {
            let hits = collection.query(query).k(100).hybrid(fusion).search()?;
            assert_eq!(hits.len(), late.len(), "every passage is a candidate here");
            for hit in &late {
                let hit_of_both = hits.iter().find(|other| other.passage_id == hit.passage_id);
                let scores = hit_of_both.map(|hit| hit.scores).ok_or("not found")?;
                assert_eq!(scores.late_interaction, Some(hit.score));
                let bm25 = words.get(&hit.passage_id).copied().unwrap_or(0.0);
                assert_eq!(scores.bm25.map(f64::to_bits), Some(bm25.to_bits()));
                if fusion == Fusion::MaxSim {
                    assert_eq!(scores.fused, Some(hit.score.into()));
                }
            }
            assert!(hits.is_sorted_by(|a, b| a.scores.fused >= b.scores.fused));
            assert!(
                hits.iter()
                    .all(|hit| hit.scores.fused.map(|score| score as f32) == Some(hit.score))
            );
        }
    }
    Ok(())
}

#[test]
fn a_hit_has_the_exact_parts_of_its_score() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_parts(&on_disk)?;
    check_parts(&in_memory)
}

#[test]
fn words_find_a_passage_that_late_interaction_does_not_propose() -> TestResult {
    let memory = retriever().in_memory().with_words(Analyser::default())?;
    let many =
        (0..300).map(|n| Document::new(format!("d{n}"), format!("琵琶湖の深さは{n}メートル。")));
    memory.add(many)?;
    memory.add([Document::new("型番", "製品 XQ7 の説明。")])?;
    for fusion in FUSIONS {
        let hits = memory.query("XQ7 琵琶湖の深さ").k(400).hybrid(fusion).search()?;
        assert!(hits.iter().any(|hit| hit.document_id == "型番"), "{fusion:?}");
    }
    assert_eq!(memory.query("XQ7").words_only().search()?[0].document_id, "型番");
    Ok(())
}

fn check_forms<S: Storage>(collection: &Collection<S>) -> TestResult {
    let fusion = Fusion::default();
    let batch = collection.query_batch(QUERIES).hybrid(fusion).k(3).search()?;
    let mut runs = Vec::new();
    for (query, of_batch) in QUERIES.iter().zip(&batch) {
        let hits = collection.query(query).hybrid(fusion).k(3).search()?;
        assert_eq!(&hits, of_batch);
        let documents = collection.query(query).hybrid(fusion).k(3).by_document(1).search()?;
        let of_passages: Vec<(&str, f32)> =
            hits.iter().map(|hit| (hit.document_id.as_str(), hit.score)).collect();
        let of_documents: Vec<(&str, f32)> =
            documents.iter().map(|hit| (hit.document_id.as_str(), hit.score)).collect();
        assert_eq!(of_documents, of_passages, "one passage each");
        assert_eq!(documents[0].passages[0].scores, hits[0].scores);
        runs.push(of_passages.iter().map(|(id, _)| (*id).to_owned()).collect::<Vec<_>>());
    }
    let queries = QUERIES.iter().enumerate().map(|(n, text)| Query::new(n.to_string(), *text));
    let queries: Vec<Query> = queries.collect();
    let run = collection.runner(&queries).hybrid(fusion).k(3).run("hybrid")?.run;
    for (n, expected) in runs.iter().enumerate() {
        let ranking = run.ranking(&n.to_string()).ok_or("a query is missing")?;
        let ids = ranking.best_first(jacolbert::eval::TieRule::InputOrder);
        assert_eq!(ids.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), *expected);
    }
    let words = collection.runner(&queries).words_only().run("words")?;
    assert_eq!((words.run.num_queries(), words.num_truncated_queries), (4, 0));
    Ok(())
}

#[test]
fn one_query_a_batch_documents_and_a_run_rank_alike() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_forms(&on_disk)?;
    check_forms(&in_memory)
}

#[test]
fn a_hybrid_search_among_documents_finds_only_these() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    for fusion in FUSIONS {
        let hits = on_disk.query("日本で最も").hybrid(fusion).among(["茶", "湖"]).search()?;
        let ids: Vec<&str> = hits.iter().map(|hit| hit.document_id.as_str()).collect();
        assert!(ids == ["湖", "茶"], "{fusion:?}: {ids:?}");
    }
    let hits = in_memory.query("日本で最も").words_only().among(["茶", "湖"]).search()?;
    assert_eq!(hits.iter().map(|hit: &Hit| hit.document_id.as_str()).collect::<Vec<_>>(), ["湖"]);
    Ok(())
}

#[test]
fn a_weight_that_is_none_is_named() -> TestResult {
    let (_folder, on_disk, _) = both()?;
    let rank = |constant, words| Fusion::ReciprocalRank { constant, words };
    for (fusion, expected) in [
        (Fusion::Weighted { words: -0.1 }, "words"),
        (Fusion::Weighted { words: f64::NAN }, "words"),
        (rank(f64::INFINITY, 1.0), "constant"),
        (rank(60.0, f64::NEG_INFINITY), "words"),
    ] {
        let searched = on_disk.query("湖").hybrid(fusion).search();
        let Err(jacolbert::Error::Fusion { name, .. }) = searched else {
            return Err(format!("{fusion:?}: {searched:?}").into());
        };
        assert_eq!(name, expected);
    }
    Ok(())
}

fn check_hard<S: Storage>(collection: &Collection<S>) -> TestResult {
    let long = "日本で最も大きな湖は何という湖ですか。".repeat(5_300);
    assert!(long.chars().count() > 100_000);
    for query in
        ["", "。、！", " \u{3000}\n", "ﾋﾞﾜ湖", "ヒ\u{3099}ワ湖", "\u{20bb7}\u{29e3d}", "\0", &long]
    {
        for fusion in FUSIONS {
            let hits = collection.query(query).hybrid(fusion).search()?;
            assert!(!hits.is_empty(), "late interaction finds something");
        }
        let plain = collection.query(query).search()?;
        let hits = collection.query(query).hybrid(Fusion::MaxSim).search()?;
        let scores = |hits: &[Hit]| hits.iter().map(|hit| hit.score).collect::<Vec<_>>();
        assert_eq!(scores(&hits), scores(&plain));
        collection.query(query).words_only().search()?;
    }
    assert_eq!(collection.query(&long).words_only().search()?[0].document_id, "湖");
    assert!(collection.query("。、！").words_only().search()?.is_empty());
    assert!(collection.query("湖").k(0).words_only().search()?.is_empty());
    Ok(())
}

#[test]
fn hard_questions_are_answered() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check_hard(&on_disk)?;
    check_hard(&in_memory)
}
