//! The first thing to run: Japanese questions, answered from 312 Japanese passages.
//!
//! It loads the small demonstration model of this repository, indexes the passages of
//! `examples/collection` into a folder, and asks. No argument is needed:
//!
//!     cargo run --release -p jacolbert --example quickstart
//!
//! `--device NAME` selects another device, if the feature of that name is on:
//!
//!     cargo run --release -p jacolbert --features wgpu --example quickstart -- --device wgpu

use std::fs;
use std::path::Path;
use std::time::Instant;

use jacolbert::{Device, Document, Retriever};
use lexopt::prelude::*;
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let device = device()?;
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let passages = json_lines(&home.join("examples/collection/passages.jsonl"))?;
    let questions = json_lines(&home.join("examples/collection/questions.jsonl"))?;

    let start = Instant::now();
    println!("loading the model on {device}");
    let retriever = Retriever::loader().device(device).load(home.join("assets/mini"))?;
    println!("loaded the model in {:.2?}", start.elapsed());

    let start = Instant::now();
    let document = |p: &Value| {
        Document::new(text(&p["id"]), text(&p["text"])).with_metadata(json!(p["title"]))
    };
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), passages.iter().map(document))?.collection;
    println!("indexed {} passages in {:.2?}", collection.num_documents(), start.elapsed());

    let start = Instant::now();
    let texts = questions.iter().map(|question| text(&question["text"]));
    let answers = collection.search_batch(texts, 3)?;
    let took = start.elapsed();

    let mut right = 0;
    for (question, hits) in questions.iter().zip(&answers) {
        println!("\n{}", text(&question["text"]));
        let is_right = |id: &str| *id == question["answer"];
        for hit in hits {
            let mark = if is_right(&hit.document_id) { '*' } else { ' ' };
            let title = text(&hit.metadata);
            println!("{mark}{} {:5.2}  {title} {}", hit.rank, hit.score, hit.content);
        }
        right += usize::from(hits.first().is_some_and(|hit| is_right(&hit.document_id)));
    }
    println!("\nall questions were encoded and searched in {took:.2?}");
    println!("{right} of {} questions have the right passage (*) first", questions.len());
    Ok(())
}

fn device() -> anyhow::Result<Device> {
    let mut device = Device::cpu();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("device") => device = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(device)
}

fn json_lines(path: &Path) -> anyhow::Result<Vec<Value>> {
    Ok(fs::read_to_string(path)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
