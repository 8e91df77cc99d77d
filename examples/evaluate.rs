//! How good are the answers? Recall on a BEIR folder, exhaustively and through an index of 2 and of
//! 4 bits, in one table, and what the indexes lose.
//!
//! The folder holds `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`; titles are not used.
//!
//!     cargo run --release --example evaluate -- --beir FOLDER --model assets/mini [--bf16 | --int8]
//!
//! `--bf16` and `--int8` encode with products in bf16 and in bytes, to see what that changes.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;

use jacolbert::eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, Run, evaluate,
};
use jacolbert::model::Precision;
use jacolbert::{
    Bits, BuildOptions, Device, Document, IndexOptions, LoadOptions, Query, Retriever,
    SearchOptions, SearchQuality, Splitting,
};
use lexopt::prelude::*;

const K: usize = 10;
const METRICS: &str = "recall@1, recall@5, recall@10, ndcg@10";

fn main() -> Result<(), Box<dyn Error>> {
    let (beir, model, options) = args()?;
    let beir = BeirFolder::open(&beir)?;
    let documents = beir.documents()?.map(|document| document.map(|d| Document::new(d.id, d.text)));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let queries = beir.queries()?.map(|query| query.map(Query::from));
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    let retriever = Retriever::from_dir_with(&model, &options, &Device::cpu())?;

    let mut runs = vec![retriever.run("exhaustive", &queries, &documents, K, &mut told)?];
    for bits in [Bits::Two, Bits::Four] {
        let run = indexed(&retriever, bits, &documents, &queries)?;
        println!("{}: {}", run.name(), SearchQuality::new(&runs[0], &run, K));
        runs.push(run);
    }

    let qrels = beir.qrels("test")?;
    let metrics = Metric::parse_list(METRICS)?;
    let report = |run| evaluate(&qrels, run, &metrics, &EvaluateOptions::default());
    let reports = runs.iter().map(report).collect::<Result<Vec<_>, _>>()?;
    println!("\n{}", Comparison::new(&reports, &ComparisonOptions::default())?.to_text());
    Ok(())
}

/// The run through an index in a folder that is gone afterwards.
fn indexed(
    retriever: &Retriever,
    bits: Bits,
    documents: &[Document],
    queries: &[Query],
) -> Result<Run, Box<dyn Error>> {
    let name = format!("{} bits", bits.get());
    let folder = tempfile::tempdir()?;
    let build = BuildOptions { bits, ..Default::default() };
    let options = IndexOptions { splitting: Splitting::Whole, build, ..Default::default() };
    let indexed = retriever.index(&folder.path().join("index"), documents, &options)?;
    let params = SearchOptions { k: K, ..Default::default() };
    Ok(indexed.collection.run(&name, queries, &params, &mut told)?)
}

/// Says how many queries are done.
fn told(done: usize, of: usize) -> ControlFlow<()> {
    eprint!("\r{done} of {of}{}", if done == of { "\n" } else { "" });
    ControlFlow::Continue(())
}

fn args() -> Result<(PathBuf, PathBuf, LoadOptions), Box<dyn Error>> {
    let mut beir = None;
    let mut model = PathBuf::from("assets/mini");
    let mut options = LoadOptions::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => beir = Some(parser.value()?.into()),
            Long("model") => model = parser.value()?.into(),
            Long("bf16") => options.precision = Precision::Bf16,
            Long("int8") => options.precision = Precision::Int8,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok((beir.ok_or("--beir FOLDER is missing")?, model, options))
}
