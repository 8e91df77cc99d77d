//! The first thing to run: Japanese questions, answered from 312 Japanese passages.
//!
//! Loads the small demonstration model of this repository, turns the passages of
//! `examples/collection` into a compressed index in a folder, and asks. No argument is needed:
//!
//!     cargo run --release --example quickstart

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use jacolbert::{Device, Document, IndexOptions, Retriever, SearchOptions};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let passages = json_lines(&home.join("examples/collection/passages.jsonl"))?;
    let questions = json_lines(&home.join("examples/collection/questions.jsonl"))?;

    let start = Instant::now();
    let retriever = Retriever::from_dir(&home.join("assets/mini"), &Device::cpu())?;
    println!("loaded the model in {:.2?}", start.elapsed());

    let start = Instant::now();
    let documents: Vec<Document> = passages
        .iter()
        .map(|p| Document::new(text(&p["id"]), text(&p["text"])).with_metadata(json!(p["title"])))
        .collect();
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), &documents, &IndexOptions::default())?;
    let collection = indexed.collection;
    println!("indexed {} passages in {:.2?}", documents.len(), start.elapsed());

    let start = Instant::now();
    let texts: Vec<&str> = questions.iter().map(|question| text(&question["text"])).collect();
    let answers = collection.search_batch(&texts, &SearchOptions { k: 3, ..Default::default() })?;
    let took = start.elapsed();

    let mut right = 0;
    for (question, hits) in questions.iter().zip(&answers) {
        println!("\n{}", text(&question["text"]));
        for hit in hits {
            let wanted = hit.document_id == question["answer"];
            let mark = if wanted { '*' } else { ' ' };
            println!(
                "{mark}{} {:5.2}  {} {}",
                hit.rank,
                hit.score,
                text(&hit.metadata),
                hit.content
            );
        }
        right += usize::from(hits.first().is_some_and(|hit| hit.document_id == question["answer"]));
    }
    println!("\n{right} of {} questions have the right passage (*) first", questions.len());
    println!("all questions were encoded and searched in {took:.2?}");
    Ok(())
}

fn json_lines(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    Ok(fs::read_to_string(path)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
