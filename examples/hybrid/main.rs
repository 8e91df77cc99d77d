//! What does hybrid search find on a test collection of your own? One table with BM25, late interaction and fusions
//! of both, over one index with words, and the significance of the differences.
//!
//!     cargo run --release -p jacolbert --features words --example hybrid -- --beir FOLDER
//!
//! `--help` lists the options. docs/hybrid.md has tables that it printed.

mod args;
mod questions;
mod row;

use jacolbert::eval::{Comparison, ComparisonOptions, EvaluateOptions, Report, Run, evaluate};
use jacolbert::{Analyser, Collection, Document, Query, Retriever, Splitting};

use args::{Args, USAGE};
use questions::Questions;
use row::Row;

fn main() -> anyhow::Result<()> {
    match Args::parse(lexopt::Parser::from_env())? {
        Some(args) => print_table(&args),
        None => {
            print!("{USAGE}");
            Ok(())
        }
    }
}

fn print_table(args: &Args) -> anyhow::Result<()> {
    let questions = Questions::open(args)?;
    let Questions { documents, queries, qrels } = &questions;
    println!("{} documents, {} queries", documents.len(), queries.len());
    let retriever = Retriever::loader().precision(args.precision).load(&args.model)?;
    let folder = tempfile::tempdir()?;
    let collection = index(&retriever, args, folder.path(), documents)?;
    let mut reports = Vec::new();
    for row in &args.rows {
        let run = run(&collection, *row, queries, args.k)?;
        let report = evaluate(qrels, &run, &args.metrics, &EvaluateOptions::default())?;
        print_row(&report)?;
        reports.push(report);
    }
    println!("\n{}", Comparison::new(&reports, &ComparisonOptions::default())?.to_text());
    Ok(())
}

/// An index of whole documents with words.
fn index(
    retriever: &Retriever,
    args: &Args,
    folder: &std::path::Path,
    documents: &[Document],
) -> anyhow::Result<Collection> {
    let indexer = retriever.indexer(folder).bits(args.bits).splitting(Splitting::Whole);
    Ok(indexer.words(Analyser::default()).run(documents)?.collection)
}

fn run(collection: &Collection, row: Row, queries: &[Query], k: usize) -> anyhow::Result<Run> {
    let runner = collection.runner(queries).k(k);
    let runner = match row {
        Row::Words => runner.words_only(),
        Row::LateInteraction => runner,
        Row::Both(fusion) => runner.hybrid(fusion),
    };
    Ok(runner.run(row.to_string())?.run)
}

fn print_row(report: &Report) -> anyhow::Result<()> {
    let mut line = format!("{:<32}", report.run());
    for metric in report.metrics() {
        line += &format!("  {metric} {:.4}", report.mean(*metric)?);
    }
    println!("{line}");
    Ok(())
}
