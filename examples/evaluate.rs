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
const METRICS: &str = "recall@1, recall@5, recall@10, ndcg@10";

fn main() -> Result<(), Box<dyn Error>> {
    let (beir, model) = args()?;
    let beir = BeirFolder::open(&beir)?;
    let set = TestSet::encoded(&beir, &Encoder::from_dir(&model, &Device::flex())?)?;
    let runs = [set.exhaustive()?, set.indexed(Bits::Two)?, set.indexed(Bits::Four)?];

    let (qrels, metrics) = (beir.qrels("test")?, Metric::parse_list(METRICS)?);
    let report = |run| evaluate(&qrels, run, &metrics, &EvaluateOptions::default());
    let reports = runs.iter().map(report).collect::<Result<Vec<_>, _>>()?;
    println!("\n{}", Comparison::new(&reports, &ComparisonOptions::default())?.to_text());
    Ok(())
}

/// Passages and queries of a BEIR folder, encoded.
struct TestSet {
    passage_ids: Vec<String>,
    passages: Vec<Embeddings>,
    query_ids: Vec<String>,
    queries: Vec<Embeddings>,
}

impl TestSet {
    fn encoded(beir: &BeirFolder, encoder: &Encoder) -> Result<Self, Box<dyn Error>> {
        let passages = beir.documents()?.collect::<Result<Vec<_>, _>>()?;
        let queries = beir.queries()?.collect::<Result<Vec<_>, _>>()?;
        let bar = ProgressBar::new((passages.len() + queries.len()) as u64);
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        let mut draw = |done, _| bar.set_position(done as u64);
        let encoded = encoder.encode_passages_with(&texts, &mut draw)?;
        let texts: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
        let mut draw = |done, _| bar.set_position((passages.len() + done) as u64);
        let asked = encoder.encode_queries_with(&texts, &mut draw)?;
        bar.finish_and_clear();
        println!("{} passages, {} cut", passages.len(), encoded.truncated.len());
        println!("{} queries, {} cut; {:.0?}", queries.len(), asked.truncated.len(), bar.elapsed());
        Ok(Self {
            passage_ids: passages.into_iter().map(|passage| passage.id).collect(),
            passages: encoded.embeddings,
            query_ids: queries.into_iter().map(|query| query.id).collect(),
            queries: asked.embeddings,
        })
    }

    fn exhaustive(&self) -> Result<Run, Box<dyn Error>> {
        let start = Instant::now();
        let search = |query: &Embeddings| exhaustive_search(query.as_ref(), &self.passages, K);
        let hits = self.queries.iter().map(search).collect::<Result<_, _>>()?;
        self.run("exhaustive", hits, start)
    }

    fn indexed(&self, bits: Bits) -> Result<Run, Box<dyn Error>> {
        let name = format!("{} bits", bits.get());
        let dim = self.passages.first().ok_or("the corpus is empty")?.dim();
        let mut builder = IndexBuilder::new(dim, BuildConfig { bits, ..Default::default() })?;
        self.passages.iter().try_for_each(|passage| builder.add(passage.as_ref()).map(drop))?;
        let start = Instant::now();
        let index = builder.build()?;
        let bytes = index.num_bytes() as f64 / index.num_tokens() as f64;
        println!("{name}: built in {:.1?}, {bytes:.1} bytes a token", start.elapsed());
        let start = Instant::now();
        let params = SearchParams { k: K, ..Default::default() };
        let hits = Searcher::new(&index).search_batch(&self.queries, &params)?;
        self.run(&name, hits, start)
    }

    fn run(&self, name: &str, hits: Vec<Vec<Hit>>, start: Instant) -> Result<Run, Box<dyn Error>> {
        println!("{name}: {:.2?} a query", start.elapsed() / self.queries.len().max(1) as u32);
        let mut run = Run::new(name);
        for (query, hits) in self.query_ids.iter().zip(hits) {
            for hit in hits {
                run.push(query, &self.passage_ids[hit.passage.index()], hit.score.into())?;
            }
        }
        Ok(run)
    }
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
