//! The demonstration model against `reference.json`: what PyTorch computes with the same files.

use std::io::Write;
use std::path::PathBuf;

use jacolbert_core::Embeddings;
use jacolbert_model::{BertConfig, ColbertConfig, Encoder, Tokenizer};
use serde_json::Value;

use crate::TestResult;
use crate::devices::{SCORES_WITHIN, on_every_device};

/// The model's folder, unless this is the published crate, which is without it.
fn mini() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/mini"));
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test harness, which shows what is printed by macros only on failure.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not here", folder.display());
    None
}

fn reference(folder: &std::path::Path) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join("reference.json"))?)?)
}

fn texts(group: &Value) -> Vec<&str> {
    records(group).filter_map(|record| record["text"].as_str()).collect()
}

fn records(group: &Value) -> impl Iterator<Item = &Value> {
    group.as_array().into_iter().flatten()
}

fn numbers(list: &Value) -> impl Iterator<Item = u64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_u64)
}

fn flags(list: &Value) -> Vec<bool> {
    numbers(list).map(|number| number == 1).collect()
}

fn ids(list: &Value) -> Vec<u32> {
    numbers(list).filter_map(|id| u32::try_from(id).ok()).collect()
}

#[test]
fn ids_and_masks_are_those_of_the_reference() -> TestResult {
    let Some(folder) = mini() else { return Ok(()) };
    let reference = reference(&folder)?;
    let config = ColbertConfig::from_dir(&folder)?;
    let tokenizer = Tokenizer::from_dir(&folder, &BertConfig::from_dir(&folder)?, &config)?;
    assert_eq!(tokenizer.skiplist(), ids(&reference["skiplist_ids"]));
    for query in records(&reference["queries"]) {
        let encoding = tokenizer.encode_query(query["text"].as_str().ok_or("no text")?)?;
        assert_eq!(encoding.ids, ids(&query["ids"]));
        assert_eq!(encoding.attention, flags(&query["attention"]));
    }
    for passage in records(&reference["passages"]) {
        let encoding = tokenizer.encode_passage(passage["text"].as_str().ok_or("no text")?)?;
        assert_eq!(encoding.ids, ids(&passage["ids"]));
        assert_eq!(encoding.keep, flags(&passage["keep"]));
    }
    Ok(())
}

#[test]
fn embeddings_and_scores_are_those_of_the_reference() -> TestResult {
    let Some(folder) = mini() else { return Ok(()) };
    let reference = reference(&folder)?;
    let (queries, passages) = (&reference["queries"], &reference["passages"]);
    on_every_device(|on| {
        let encoder = Encoder::from_dir(&folder, &Default::default(), &on.device)?;
        let encoded_queries = encoder.encode_queries(&texts(queries))?.embeddings;
        let encoded_passages = encoder.encode_passages(&texts(passages))?.embeddings;
        assert_eq!((encoded_queries.len(), encoded_passages.len()), (11, 11));
        check_scores(&encoded_queries, &encoded_passages, &reference["scores"])?;
        let queries = encoded_queries.iter().zip(records(queries));
        let passages = encoded_passages.iter().zip(records(passages));
        let worst = queries.chain(passages).map(|(found, record)| difference(found, record));
        let worst = worst.fold(0.0, f64::max);
        println!("largest difference of a component: {worst:.1e}");
        assert!(worst < on.within.into(), "{worst} on {}", on.device);
        Ok(())
    })
}

fn check_scores(queries: &[Embeddings], passages: &[Embeddings], scores: &Value) -> TestResult {
    for (query, expected) in queries.iter().zip(records(scores)) {
        for (passage, expected) in passages.iter().zip(records(expected)) {
            let difference =
                f64::from(max_sim(query, passage)) - expected.as_f64().ok_or("none")?;
            assert!(difference.abs() < SCORES_WITHIN.into(), "{difference}");
        }
    }
    Ok(())
}

/// The largest difference of a component, infinite if there are not as many.
fn difference(embeddings: &Embeddings, record: &Value) -> f64 {
    let expected: Vec<f64> =
        records(&record["embeddings"]).flat_map(records).filter_map(Value::as_f64).collect();
    if expected.len() != embeddings.values().len() {
        return f64::INFINITY;
    }
    let pairs = embeddings.values().iter().zip(expected);
    pairs.map(|(found, expected)| (f64::from(*found) - expected).abs()).fold(0.0, f64::max)
}

fn max_sim(query: &Embeddings, passage: &Embeddings) -> f32 {
    let similarity = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
    let best = |q| passage.as_ref().rows().map(|p| similarity(q, p)).fold(f32::MIN, f32::max);
    query.as_ref().rows().map(best).sum()
}
