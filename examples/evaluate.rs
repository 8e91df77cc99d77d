//! How good are the answers? Recall on a BEIR folder, by exhaustive search and through indexes of 2 and
//! 4 bits, in one table, and what the indexes lose.
//!
//! The folder has `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`; titles are not used.
//!
//!     cargo run --release -p jacolbert --example evaluate -- \
//!         --beir FOLDER --model assets/mini --precision f32
//!
//! `--precision` takes `f32`, `bf16` or `int8`, to see what that changes.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;

use jacolbert::eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, SearchQuality, evaluate,
};
use jacolbert::{Bits, Document, Precision, Progress, Query, Retriever, Splitting};
use lexopt::prelude::*;

const K: usize = 10;
const METRICS: &str = "recall@1, recall@5, recall@10, ndcg@10";

fn main() -> Result<(), Box<dyn Error>> {
    let mut beir = None;
    let mut model = PathBuf::from("assets/mini");
    let mut precision = Precision::F32;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => beir = Some(PathBuf::from(parser.value()?)),
            Long("model") => model = parser.value()?.into(),
            Long("precision") => precision = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let beir = BeirFolder::open(&beir.ok_or("--beir FOLDER is missing")?)?;
    let documents = beir.documents()?.map(|found| found.map(|d| Document::new(d.id, d.text)));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let queries = beir.queries()?.map(|query| query.map(Query::from));
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    let retriever = Retriever::loader().precision(precision).load(model)?;

    let memory = retriever.in_memory();
    memory.update().splitting(Splitting::Whole).on_progress(report).add(&documents)?;
    let mut runs = vec![memory.runner(&queries).k(K).on_progress(report).run("exhaustive")?.run];
    for bits in [Bits::Two, Bits::Four] {
        let folder = tempfile::tempdir()?;
        let indexer = retriever.indexer(folder.path()).splitting(Splitting::Whole).bits(bits);
        let collection = indexer.run(&documents)?.collection;
        let name = format!("{} bits", bits.get());
        let run = collection.runner(&queries).k(K).on_progress(report).run(&name)?.run;
        println!("{name}: {}", SearchQuality::new(&runs[0], &run, K));
        runs.push(run);
    }

    let qrels = beir.qrels("test")?;
    let metrics = Metric::parse_list(METRICS)?;
    let evaluated =
        runs.iter().map(|run| evaluate(&qrels, run, &metrics, &EvaluateOptions::default()));
    let reports = evaluated.collect::<Result<Vec<_>, _>>()?;
    println!("\n{}", Comparison::new(&reports, &ComparisonOptions::default())?.to_text());
    Ok(())
}

/// Prints how many texts are done.
fn report(Progress { done, of, .. }: Progress) -> ControlFlow<()> {
    eprint!("\r{done} of {of}{}", if done == of { "\n" } else { "" });
    ControlFlow::Continue(())
}
