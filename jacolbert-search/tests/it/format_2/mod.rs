//! Indexes that were written when format 2 came: see the README beside them.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use jacolbert_index::{Embeddings, Index, IndexWriter, PassageId};
use jacolbert_search::{SearchOptions, Searcher};
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn StdError>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/format_2")
}

/// What a search found in an index when it was written.
struct Answers {
    num_ids: usize,
    num_tokens: usize,
    passages: Vec<u32>,
    /// Of each query, best first.
    hits: Vec<Vec<(u32, f32)>>,
}

/// The queries, and the answers of each index by its name.
fn answers() -> Outcome<(Vec<Embeddings>, BTreeMap<String, Answers>)> {
    let mut all: Value = serde_json::from_slice(&fs::read(folder().join("answers.json"))?)?;
    let dim = all["dim"].as_u64().ok_or("dim")? as usize;
    let queries: Vec<Vec<i32>> = serde_json::from_value(all["queries_in_thousandths"].take())?;
    let rows = |query: Vec<i32>| query.into_iter().map(|value| value as f32 / 1000.0).collect();
    let queries = queries.into_iter().map(|query| Embeddings::new(rows(query), dim));
    let indexes: BTreeMap<String, Value> = serde_json::from_value(all["indexes"].take())?;
    let answers = indexes.into_iter().map(|(name, mut found)| {
        let answers = Answers {
            num_ids: serde_json::from_value(found["num_ids"].take())?,
            num_tokens: serde_json::from_value(found["num_tokens"].take())?,
            passages: serde_json::from_value(found["passages"].take())?,
            hits: serde_json::from_value(found["hits"].take())?,
        };
        Ok((name, answers))
    });
    let answers = answers.collect::<Outcome<BTreeMap<_, _>>>()?;
    assert_eq!(
        answers.keys().collect::<Vec<_>>(),
        ["bits_1", "bits_2", "bits_4", "bits_8", "flat"]
    );
    Ok((queries.collect::<Result<_, _>>()?, answers))
}

fn passages(index: &Index) -> Vec<u32> {
    index.passage_ids().map(|id| id.0).collect()
}

#[test]
fn indexes_of_format_2_open_and_are_whole() -> Outcome<()> {
    for (name, answers) in answers()?.1 {
        let index = Index::open(&folder().join(&name))?;
        index.verify().map_err(|error| format!("{name}: {error}"))?;
        assert_eq!((index.num_ids(), index.num_tokens()), (answers.num_ids, answers.num_tokens));
        assert_eq!(passages(&index), answers.passages, "{name}");
        assert!(index.has_deleted() && index.segments().len() == 2, "{name}");
        for (attachment, content) in [("texts", "三十の文章"), ("note", "覚え書き")] {
            let found = index.attachment(attachment).ok_or(attachment)?;
            assert_eq!(found.as_ref(), content.as_bytes());
        }
    }
    Ok(())
}

#[test]
fn searches_of_format_2_find_what_they_found() -> Outcome<()> {
    let (queries, indexes) = answers()?;
    for (name, answers) in indexes {
        let index = Index::open(&folder().join(&name))?;
        assert_eq!(queries.len(), answers.hits.len());
        for (query, expected) in queries.iter().zip(answers.hits) {
            let hits = Searcher::new(&index).search(query.as_ref(), &SearchOptions::default())?;
            let (ids, scores): (Vec<u32>, Vec<f32>) =
                hits.iter().map(|hit| (hit.passage.0, hit.score)).unzip();
            let (expected, then): (Vec<u32>, Vec<f32>) = expected.into_iter().unzip();
            assert_eq!((ids.len(), ids), (10, expected), "{name}");
            for (now, then) in scores.iter().zip(then) {
                assert!((now - then).abs() < 1e-5, "{name}: {now}, not {then}");
            }
        }
    }
    Ok(())
}

#[test]
fn indexes_of_format_2_grow_and_are_compacted() -> Outcome<()> {
    let (queries, indexes) = answers()?;
    for (name, answers) in indexes {
        let copy = tempfile::tempdir()?;
        for entry in fs::read_dir(folder().join(&name))? {
            let entry = entry?;
            fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
        let mut writer = IndexWriter::open(copy.path())?;
        let longer = queries[0].values().iter().map(|value| 2.0 * value).collect();
        let added = writer.add(Embeddings::new(longer, queries[0].dim())?.as_ref())?;
        writer.commit()?;
        let mut writer = IndexWriter::open(copy.path())?;
        writer.delete(PassageId(0))?;
        writer.compact();
        writer.commit()?;

        let index = Index::open(copy.path())?;
        index.verify()?;
        let mut expected = answers.passages;
        expected.retain(|&id| id != 0);
        expected.push(added.0);
        assert_eq!((added.index(), passages(&index)), (answers.num_ids, expected), "{name}");
        let hits = Searcher::new(&index).search(queries[0].as_ref(), &SearchOptions::default())?;
        assert_eq!(hits[0].passage, added, "{name}: no other is as near to its tokens");
        check_scores(&name, &answers.hits[0], &hits);
    }
    Ok(())
}

/// Passages have the scores that they had; those whose exact rows a compaction encodes, nearly so.
fn check_scores(name: &str, before: &[(u32, f32)], now: &[jacolbert_search::Hit]) {
    let mut num_found = 0;
    for hit in now {
        if let Some((id, score)) = before.iter().find(|(id, _)| *id == hit.passage.0) {
            let tolerance = if *id < 30 { 1e-5 } else { 0.3 * score };
            assert!((hit.score - score).abs() < tolerance, "{name}, passage {id}");
            num_found += 1;
        }
    }
    assert!(num_found >= 8, "{name}: {num_found} of the best before are among the best");
}
