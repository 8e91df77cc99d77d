//! Ranks a BEIR folder by BM25 and prints how good the ranking is.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- --beir FOLDER
//!
//! Further options: `--k1 1.2`, `--b 0.75`, `--lucene-lengths` (lengths in a byte, as Lucene and
//! tantivy keep them), `--titles` (titles before texts), `--split test`, `--k 100` results a query,
//! and `--run OUT.trec.gz` for the run itself.

use std::error::Error;
use std::path::PathBuf;

use jacolbert_baselines::{Analyzer, Bm25Index, Bm25Params, Content, Lengths};
use jacolbert_eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, evaluate,
};
use lexopt::{Arg::Long, ValueExt};

struct Args {
    beir: PathBuf,
    split: String,
    content: Content,
    params: Bm25Params,
    k: usize,
    run: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = args()?;
    let folder = BeirFolder::open(&args.beir)?;
    let index = Bm25Index::from_beir(&folder, args.content, Analyzer::Bigrams, &args.params)?;
    let run = index.run("bm25 bigrams", &folder, args.k)?;
    if let Some(path) = &args.run {
        run.save_trec(path)?;
    }

    let qrels = folder.qrels(&args.split)?;
    let metrics = Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?;
    let report = evaluate(&qrels, &run, &metrics, &EvaluateOptions::default())?;
    println!("{} passages, {} queries", index.num_passages(), run.num_queries());
    print!("{}", Comparison::new(&[report], &ComparisonOptions::default())?.to_text());
    Ok(())
}

fn args() -> Result<Args, Box<dyn Error>> {
    let (mut beir, mut run) = (None, None);
    let mut split = "test".to_owned();
    let (mut content, mut params, mut k) = (Content::Text, Bm25Params::default(), 100);
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => beir = Some(parser.value()?.into()),
            Long("split") => split = parser.value()?.string()?,
            Long("titles") => content = Content::TitleAndText,
            Long("k1") => params.k1 = parser.value()?.parse()?,
            Long("b") => params.b = parser.value()?.parse()?,
            Long("lucene-lengths") => params.lengths = Lengths::Lucene,
            Long("k") => k = parser.value()?.parse()?,
            Long("run") => run = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    let beir = beir.ok_or("--beir FOLDER is missing")?;
    Ok(Args { beir, split, content, params, k, run })
}
