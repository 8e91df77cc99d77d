//! Evaluates TREC runs against TREC qrels and compares them.
//!
//!     cargo run --release -p jacolbert-eval --example evaluate_trec -- \
//!         qrels.trec recall@10,mrr@10,ndcg@10 bm25.trec.gz colbert.trec.gz
//!
//! With `--ties-as-trec-eval` after the runs, documents of equal score are ordered as by trec_eval.
//! With `--json` the value of each query is printed, too.

use anyhow::bail;
use jacolbert_eval::{
    Comparison, ComparisonOptions, EvaluateOptions, Metric, Qrels, Run, evaluate,
};

fn main() -> anyhow::Result<()> {
    let (flags, files): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let [qrels, metrics, runs @ ..] = &files[..] else {
        bail!("usage: evaluate_trec QRELS METRIC,METRIC.. RUN..");
    };

    // trec_eval's options differ from the default in two points: documents of equal score are ordered
    // by id, and a query without results is skipped instead of counting as zero.
    let options = if flags.iter().any(|flag| flag == "--ties-as-trec-eval") {
        EvaluateOptions::trec_eval()
    } else {
        EvaluateOptions::default()
    };
    let qrels = Qrels::open_trec(qrels.as_ref())?;
    let metrics = Metric::parse_list(metrics)?;

    let mut reports = Vec::new();
    for path in runs {
        let run = Run::open_trec(path.as_ref())?;
        reports.push(evaluate(&qrels, &run, &metrics, &options)?);
    }

    if flags.iter().any(|flag| flag == "--json") {
        reports.iter().for_each(|report| println!("{}", report.to_json()));
        return Ok(());
    }
    // Marks significant differences: Fisher's randomisation test with Holm's correction.
    let comparison = Comparison::new(&reports, &ComparisonOptions::default())?;
    print!("{}", comparison.to_text());
    Ok(())
}
