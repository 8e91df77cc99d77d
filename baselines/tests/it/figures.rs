//! BM25 on real collections against figures that were measured with another implementation.

use std::path::Path;

use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options, Content};
use jacolbert_eval::{BeirFolder, EvaluateOptions, Metric, evaluate};

use crate::TestResult;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");

#[test]
fn bigrams_on_jsquad_are_within_a_thousandth_of_the_reference() -> TestResult {
    check("jsquad-valid", [0.909, 0.965, 0.976, 0.944])
}

#[test]
fn bigrams_on_jaquad_are_within_a_thousandth_of_the_reference() -> TestResult {
    check("jaquad-dev", [0.832, 0.963, 0.985, 0.912])
}

fn check(name: &str, reference: [f64; 4]) -> TestResult {
    let path = Path::new(DATA).join(name);
    if !path.exists() {
        crate::skipped(&path.display().to_string(), "is not there, so BM25 was not run on it");
        return Ok(());
    }
    let folder = BeirFolder::open(&path)?;
    let options = Bm25Options { k1: 1.2, b: 0.75, ..Default::default() };
    let index = Bm25Index::from_beir(&folder, Content::Text, Analyser::Bigrams, &options)?;
    let metrics = Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?;
    let run = index.run("bm25", &folder, 10)?;
    let report = evaluate(&folder.qrels("test")?, &run, &metrics, &EvaluateOptions::default())?;
    for (metric, reference) in metrics.into_iter().zip(reference) {
        let mean = report.mean(metric)?;
        assert!((mean - reference).abs() < 0.001, "{name} {metric}: {mean}, not {reference}");
    }
    Ok(())
}
