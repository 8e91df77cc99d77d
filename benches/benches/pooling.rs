//! What does token pooling save, and what does it cost in recall?
//!
//! Encodes a BEIR folder with a model, pools the passages by 1 to 4, and searches through indexes of 4
//! and of 2 bits. One line each: recall, bytes of a passage in all files, and the time that pooling
//! and search took.
//!
//!     cargo bench -p jacolbert-benches --bench pooling -- FOLDER MODEL

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jacolbert::eval::{BeirFolder, EvaluateOptions, Metric, Qrels, Run, evaluate};
use jacolbert::index::{Embeddings, IndexBuilder};
use jacolbert::search::{Hit, Searcher};
use jacolbert::{
    Bits, BuildOptions, Device, Encoder, LoadOptions, PoolFactor, Pooling, SearchOptions,
};
use jacolbert_core::pooled_passages;

const K: usize = 10;
const METRICS: &str = "recall@1, recall@5, recall@10";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [folder, model] = &args[..] else {
        println!("give the folder of a BEIR collection and that of a model");
        return Ok(());
    };
    let beir = BeirFolder::open(Path::new(folder))?;
    let set = TestSet::encoded(
        &beir,
        &Encoder::from_dir(&PathBuf::from(model), &LoadOptions::default(), &Device::cpu())?,
    )?;
    println!("| factor | index | R@1 / 5 / 10 | bytes a passage | tokens | pooling | ms a query |");
    println!("|---|---|---|---|---|---|---|");
    for factor in PoolFactor::ALL {
        let pooling = Pooling { factor, ..Default::default() };
        let start = Instant::now();
        let passages = pooled_passages(set.passages.clone(), pooling);
        let pooled = Pooled { set: &set, factor, passages, took: start.elapsed() };
        pooled.indexed(Bits::Four)?;
        pooled.indexed(Bits::Two)?;
    }
    Ok(())
}

/// Passages and queries of a BEIR folder, encoded.
struct TestSet {
    passage_ids: Vec<String>,
    passages: Vec<Embeddings>,
    query_ids: Vec<String>,
    queries: Vec<Embeddings>,
    qrels: Qrels,
}

impl TestSet {
    fn encoded(beir: &BeirFolder, encoder: &Encoder) -> Result<Self, Box<dyn Error>> {
        let passages = beir.documents()?.collect::<Result<Vec<_>, _>>()?;
        let queries = beir.queries()?.collect::<Result<Vec<_>, _>>()?;
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        let encoded = encoder.encode_passages(&texts)?.embeddings;
        let texts: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
        let asked = encoder.encode_queries(&texts)?.embeddings;
        Ok(Self {
            passage_ids: passages.into_iter().map(|passage| passage.id).collect(),
            passages: encoded,
            query_ids: queries.into_iter().map(|query| query.id).collect(),
            queries: asked,
            qrels: beir.qrels("test")?,
        })
    }
}

/// The passages of a test set after pooling.
struct Pooled<'s> {
    set: &'s TestSet,
    factor: PoolFactor,
    passages: Vec<Embeddings>,
    took: Duration,
}

impl Pooled<'_> {
    fn indexed(&self, bits: Bits) -> Result<(), Box<dyn Error>> {
        let dim = self.passages.first().ok_or("the corpus is empty")?.dim();
        let mut builder = IndexBuilder::new(dim, BuildOptions { bits, ..Default::default() })?;
        self.passages.iter().try_for_each(|passage| builder.add(passage.as_ref()).map(drop))?;
        let index = builder.build()?;
        let start = Instant::now();
        let params = SearchOptions { k: K, ..Default::default() };
        let hits = Searcher::new(&index).search_batch(&self.set.queries, &params)?;
        let name = format!("{} bits", bits.get());
        self.report(&name, hits, index.num_bytes(), start.elapsed())
    }

    fn report(
        &self,
        index: &str,
        hits: Vec<Vec<Hit>>,
        bytes: usize,
        took: Duration,
    ) -> Result<(), Box<dyn Error>> {
        let mut run = Run::new(index);
        for (query, hits) in self.set.query_ids.iter().zip(hits) {
            for hit in hits {
                run.push(query, &self.set.passage_ids[hit.passage.index()], hit.score.into())?;
            }
        }
        let metrics = Metric::parse_list(METRICS)?;
        let report = evaluate(&self.set.qrels, &run, &metrics, &EvaluateOptions::default())?;
        let recall = metrics.iter().map(|&metric| report.mean(metric));
        let recall: Vec<String> = recall
            .map(|mean| Ok(format!("{:.4}", mean?)))
            .collect::<Result<_, Box<dyn Error>>>()?;
        let factor = self.factor.get();
        let recall = recall.join(" / ");
        let num_tokens: usize = self.passages.iter().map(Embeddings::num_tokens).sum();
        let bytes = bytes as f64 / self.passages.len() as f64;
        let pooling = self.took.as_secs_f64();
        let ms = took.as_secs_f64() * 1e3 / self.set.queries.len() as f64;
        println!(
            "| {factor} | {index} | {recall} | {bytes:.0} | {num_tokens} | {pooling:.2} s | {ms:.2} |"
        );
        Ok(())
    }
}
