//! How good are the answers? Recall on a BEIR folder, exhaustively and through an index of 2 and of
//! 4 bits, in one table.
//!
//! The folder holds `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`; titles are not used.
//!
//!     cargo run --release --example evaluate -- --beir FOLDER --model assets/mini

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use indicatif::ProgressBar;
use jacolbert::eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, Run, evaluate,
};
use jacolbert::index::{Bits, BuildConfig, Embeddings, IndexBuilder};
use jacolbert::search::{Hit, SearchParams, Searcher, exhaustive_search};
use jacolbert::{Device, Encoder};
use lexopt::prelude::*;

const K: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let (beir, model) = args()?;
    let beir = BeirFolder::open(&beir)?;
    let passages = beir.documents()?.collect::<Result<Vec<_>, _>>()?;
    let queries = beir.queries()?.collect::<Result<Vec<_>, _>>()?;
    let encoder = Encoder::from_dir(&model, &Device::flex())?;

    let bar = ProgressBar::new((passages.len() + queries.len()) as u64);
    let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let encoded =
        encoder.encode_passages_with(&texts, &mut |done, _| bar.set_position(done as u64))?;
    let texts: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
    let asked = encoder.encode_queries_with(&texts, &mut |done, _| {
        bar.set_position((passages.len() + done) as u64);
    })?;
    bar.finish_and_clear();
    println!(
        "{} passages and {} queries, encoded in {:.0?}",
        passages.len(),
        queries.len(),
        bar.elapsed()
    );
    println!("{} passages and {} queries were cut", encoded.truncated.len(), asked.truncated.len());

    let run = |name: &str, hits: Vec<Vec<Hit>>| -> Result<Run, Box<dyn Error>> {
        let mut run = Run::new(name);
        for (query, hits) in queries.iter().zip(hits) {
            for hit in hits {
                run.push(&query.id, &passages[hit.passage.index()].id, hit.score.into())?;
            }
        }
        Ok(run)
    };
    let start = Instant::now();
    let search = |query: &Embeddings| exhaustive_search(query.as_ref(), &encoded.embeddings, K);
    let hits = asked.embeddings.iter().map(search).collect::<Result<_, _>>()?;
    let mut runs = vec![run("exhaustive", hits)?];
    println!("exhaustive: {:.2?} a query", start.elapsed() / queries.len().max(1) as u32);
    for bits in [Bits::Two, Bits::Four] {
        let start = Instant::now();
        let build = BuildConfig { bits, ..Default::default() };
        let mut builder = IndexBuilder::new(encoder.dim(), build)?;
        for passage in &encoded.embeddings {
            builder.add(passage.as_ref())?;
        }
        let index = builder.build()?;
        let (built, start) = (start.elapsed(), Instant::now());
        let params = SearchParams { k: K, ..Default::default() };
        let hits = Searcher::new(&index).search_batch(&asked.embeddings, &params)?;
        let (name, took) = (format!("{} bits", bits.get()), start.elapsed());
        let bytes = index.num_bytes() as f64 / index.num_tokens() as f64;
        println!(
            "{name}: built in {built:.1?}, {bytes:.1} bytes a token, {:.2?} a query",
            took / queries.len().max(1) as u32
        );
        runs.push(run(&name, hits)?);
    }

    let (qrels, metrics) =
        (beir.qrels("test")?, Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?);
    let report = |run| evaluate(&qrels, run, &metrics, &EvaluateOptions::default());
    let reports = runs.iter().map(report).collect::<Result<Vec<_>, _>>()?;
    println!("\n{}", Comparison::new(&reports, &ComparisonOptions::default())?.to_text());
    Ok(())
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
