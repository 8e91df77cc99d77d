//! How good are the answers? Recall on a BEIR folder, exhaustively and through an index of 2 and of
//! 4 bits, in one table, and what the indexes lose.
//!
//! The folder holds `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`; titles are not used.
//!
//!     cargo run --release --example evaluate -- --beir FOLDER --model assets/mini

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use indicatif::ProgressBar;
use jacolbert::eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, Run, evaluate,
};
use jacolbert::{
    Bits, BuildConfig, Device, Document, IndexOptions, IndexProgress, Query, Retriever,
    SearchParams, SearchQuality, Splitting,
};
use lexopt::prelude::*;

const K: usize = 10;
const METRICS: &str = "recall@1, recall@5, recall@10, ndcg@10";

fn main() -> Result<(), Box<dyn Error>> {
    let (beir, model) = args()?;
    let beir = BeirFolder::open(&beir)?;
    let documents = beir.documents()?.map(|document| document.map(Document::from));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let queries = beir.queries()?.map(|query| query.map(Query::from));
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    let retriever = Retriever::from_dir(&model, &Device::flex())?;

    let mut runs = vec![with_bar("exhaustive", &mut |bar| {
        let mut draw = |done, of| advance(bar, done, of);
        retriever.run("exhaustive", &queries, &documents, K, &mut draw)
    })?];
    for bits in [Bits::Two, Bits::Four] {
        let run = indexed(&retriever, bits, &documents, &queries)?;
        println!("{}: {}", run.name(), SearchQuality::new(&runs[0], &run, K));
        runs.push(run);
    }

    let (qrels, metrics) = (beir.qrels("test")?, Metric::parse_list(METRICS)?);
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
    let (name, folder) = (format!("{} bits", bits.get()), tempfile::tempdir()?);
    let build = BuildConfig { bits, ..Default::default() };
    let options = IndexOptions { splitting: Splitting::Whole, build, ..Default::default() };
    let collection = with_bar(&name, &mut |bar| {
        let mut draw = |at| match at {
            IndexProgress::Encoding { done, of } => advance(bar, done, of),
            _ => ControlFlow::Continue(()),
        };
        retriever.index_with(&folder.path().join("index"), documents, &options, &mut draw)
    })?;
    let params = SearchParams { k: K, ..Default::default() };
    let mut draw = |_, _| ControlFlow::Continue(());
    Ok(collection.collection.run(&name, queries, &params, &mut draw)?)
}

/// What `work` makes while a bar shows how far it is, and the time it took.
fn with_bar<T>(
    name: &str,
    work: &mut dyn FnMut(&ProgressBar) -> Result<T, jacolbert::Error>,
) -> Result<T, jacolbert::Error> {
    let (bar, start) = (ProgressBar::new(0), Instant::now());
    let made = work(&bar)?;
    bar.finish_and_clear();
    println!("{name}: {:.1?}", start.elapsed());
    Ok(made)
}

fn advance(bar: &ProgressBar, done: usize, of: usize) -> ControlFlow<()> {
    bar.set_length(of as u64);
    bar.set_position(done as u64);
    ControlFlow::Continue(())
}

fn args() -> Result<(PathBuf, PathBuf), Box<dyn Error>> {
    let (mut beir, mut model) = (None, PathBuf::from("assets/mini"));
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => beir = Some(parser.value()?.into()),
            Long("model") => model = parser.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok((beir.ok_or("--beir FOLDER is missing")?, model))
}
