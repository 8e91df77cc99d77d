//! Six published runs of JQaRA against what ranx and pytrec_eval print for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jacolbert_eval::{EvaluateOptions, Metric, Qrels, Run, evaluate};
use serde::Deserialize;

use crate::TestResult;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/jqara");

/// The figures of one run in `expected.json`.
#[derive(Deserialize)]
struct Expected {
    published_ndcg10_mrr10: [f64; 2],
    ranx: BTreeMap<String, f64>,
    pytrec_eval: BTreeMap<String, f64>,
}

#[test]
fn every_figure_of_ranx_comes_out_in_input_order() -> TestResult {
    check_all(&EvaluateOptions::default(), |expected| expected.ranx, str::to_owned)
}

#[test]
fn every_figure_of_pytrec_eval_comes_out_under_its_tie_rule() -> TestResult {
    check_all(&EvaluateOptions::trec_eval(), |expected| expected.pytrec_eval, canonical_name)
}

#[test]
fn published_figures_come_out_to_their_printed_digits() -> TestResult {
    let published = |expected: Expected| {
        let [ndcg, mrr] = expected.published_ndcg10_mrr10;
        BTreeMap::from([("ndcg@10".to_owned(), ndcg), ("mrr@10".to_owned(), mrr)])
    };
    let Some((qrels, runs)) = collection()? else { return Ok(()) };
    for (run, expected) in runs {
        for (name, printed) in published(expected) {
            let metric: Metric = name.parse()?;
            let mean =
                evaluate(&qrels, &run, &[metric], &EvaluateOptions::default())?.mean(metric)?;
            assert_eq!(format!("{mean:.4}"), format!("{printed:.4}"), "{} {name}", run.name());
        }
    }
    Ok(())
}

fn check_all(
    options: &EvaluateOptions,
    figures: fn(Expected) -> BTreeMap<String, f64>,
    name: fn(&str) -> String,
) -> TestResult {
    let Some((qrels, runs)) = collection()? else { return Ok(()) };
    let mut largest = 0.0_f64;
    for (run, expected) in runs {
        for (their_name, figure) in figures(expected) {
            let metric: Metric = name(&their_name).parse()?;
            let mean = evaluate(&qrels, &run, &[metric], options)?.mean(metric)?;
            let difference = (mean - figure).abs();
            assert!(difference < 1e-6, "{} {metric}: {mean}, not {figure}", run.name());
            largest = largest.max(difference);
        }
    }
    println!("largest difference {largest:e}");
    Ok(())
}

/// pytrec_eval's name of a metric in our words.
fn canonical_name(name: &str) -> String {
    name.replace("ndcg_cut_", "ndcg@")
        .replace("recip_rank", "mrr")
        .replace("P_", "precision@")
        .replace("recall_", "recall@")
        .replace("success_", "success@")
}

/// The qrels, and each run with its figures.
type Collection = (Qrels, Vec<(Run, Expected)>);

/// The collection; `None` where the data was not brought along.
fn collection() -> Result<Option<Collection>, Box<dyn std::error::Error>> {
    let folder = Path::new(FOLDER);
    if !folder.exists() {
        crate::skipped(FOLDER, "is not there, so no published run was evaluated");
        return Ok(None);
    }
    let expected: BTreeMap<String, Expected> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json"))?)?;
    assert_eq!(expected.len(), 6);
    let mut runs = Vec::new();
    for (name, expected) in expected {
        runs.push((Run::open_trec(&run_path(folder, &name))?, expected));
    }
    Ok(Some((Qrels::open_trec(&folder.join("qrels.trec"))?, runs)))
}

fn run_path(folder: &Path, name: &str) -> PathBuf {
    folder.join("runs").join(format!("{name}.trec.gz"))
}
