//! A checkpoint against what Python gives for it: ids, embeddings and scores.
//!
//!     python tests/it/parity/compare_real.py answerdotai/JaColBERTv2.5 real
//!     cargo run --release -p jacolbert-model --example compare -- \
//!         real/model real $(python -c 'import unidic_lite; print(unidic_lite.DICDIR)')
//!
//! The script writes the reference, and the example says how far from it our numbers are.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use jacolbert_core::Embeddings;
use jacolbert_model::{Device, Encoder, LoadOptions};
use safetensors::SafeTensors;
use serde_json::Value;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "give the folder of a model, that of its reference, and perhaps a dictionary";
    let (model, reference) = (arguments.next().context(usage)?, arguments.next().context(usage)?);
    let options = LoadOptions { dictionary: arguments.next(), ..Default::default() };
    let encoder = Encoder::from_dir(&model, &options, &Device::cpu())?;

    let json: Value = serde_json::from_slice(&std::fs::read(reference.join("reference.json"))?)?;
    let bytes = std::fs::read(reference.join("reference.safetensors"))?;
    let expected = SafeTensors::deserialize(&bytes)?;
    let (queries, passages) = (texts(&json["queries"]), texts(&json["passages"]));

    let mut other_ids = 0;
    for (n, query) in queries.iter().enumerate() {
        let ids = encoder.tokenizer().encode_query(query)?.ids;
        other_ids += usize::from(Value::from(ids) != json["queries"][n]["ids"]);
    }
    for (n, passage) in passages.iter().enumerate() {
        let ids = encoder.tokenizer().encode_passage(passage)?.ids;
        other_ids += usize::from(Value::from(ids) != json["passages"][n]["ids"]);
    }
    println!("texts with other ids: {other_ids} of {}", queries.len() + passages.len());

    let queries = encoder.encode_queries(&queries)?.embeddings;
    let passages = encoder.encode_passages(&passages)?.embeddings;
    let scores = queries.iter().flat_map(|q| passages.iter().map(move |p| max_sim(q, p)));
    let is_same = [
        other_ids == 0,
        within(1e-5, "queries", rows(&queries), &expected)?,
        within(1e-5, "passages", rows(&passages), &expected)?,
        within(1e-3, "scores", scores.collect(), &expected)?,
    ];
    if is_same.contains(&false) { Err(anyhow!("not the same as in Python")) } else { Ok(()) }
}

fn texts(group: &Value) -> Vec<&str> {
    let records = group.as_array().into_iter().flatten();
    records.filter_map(|record| record["text"].as_str()).collect()
}

fn rows(texts: &[Embeddings]) -> Vec<f32> {
    texts.iter().flat_map(|embeddings| embeddings.values().to_vec()).collect()
}

fn max_sim(query: &Embeddings, passage: &Embeddings) -> f32 {
    let similarity = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
    let best = |q| passage.as_ref().rows().map(|p| similarity(q, p)).fold(f32::MIN, f32::max);
    query.as_ref().rows().map(best).sum()
}

/// Whether `found` is as long as the tensor `name`, and no number differs by more than `most`.
fn within(
    most: f32,
    name: &str,
    found: Vec<f32>,
    expected: &SafeTensors<'_>,
) -> anyhow::Result<bool> {
    let expected = expected.tensor(name)?.data().as_chunks().0;
    let pairs = found.iter().zip(expected);
    let worst = pairs.map(|(f, &e)| (f - f32::from_le_bytes(e)).abs()).max_by(f32::total_cmp);
    let worst = worst.filter(|_| found.len() == expected.len()).unwrap_or(f32::INFINITY);
    println!("{name}: largest difference {worst:.1e}, at most {most:.0e}");
    Ok(worst < most)
}
