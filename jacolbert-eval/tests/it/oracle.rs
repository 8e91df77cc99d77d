//! Every metric against a naive computation by its definition.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jacolbert_eval::{EvaluateOptions, Metric, Policy, Qrels, Run, TieRule, evaluate};
use proptest::prelude::*;

const NAMES: [&str; 8] =
    ["recall", "success", "precision", "mrr", "map", "ndcg", "ndcg_exp", "judged"];

/// Grades of a query's documents by number; scores of its results, coarse so that many tie.
type Grades = BTreeMap<u8, i32>;
type Results = Vec<(u8, u8)>;

fn grades() -> impl Strategy<Value = Grades> {
    prop::collection::btree_map(0..40_u8, -1..4_i32, 1..15)
}

fn results() -> impl Strategy<Value = Results> {
    prop::collection::btree_map(0..40_u8, 0..6_u8, 0..30)
        .prop_map(|results| results.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

proptest! {
    #[test]
    fn every_metric_is_the_naive_one(
        queries in prop::collection::vec((grades(), results()), 1..4),
        k in 1..20_usize,
        threshold in 1..3_i32,
        by_document in any::<bool>(),
    ) {
        let ties = if by_document { TieRule::DocumentDescending } else { TieRule::InputOrder };
        let (qrels, run) = collection(&queries).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assume!(run.num_results() > 0);
        for name in NAMES {
            for (name, k) in [(format!("{name}@{k}"), Some(k)), (name.to_owned(), None)] {
                check(&qrels, &run, &queries, &name, k, ties, threshold)?;
            }
        }
        check(&qrels, &run, &queries, "r_precision", None, ties, threshold)?;
    }
}

fn check(
    qrels: &Qrels,
    run: &Run,
    queries: &[(Grades, Results)],
    name: &str,
    k: Option<usize>,
    ties: TieRule,
    threshold: i32,
) -> Result<(), TestCaseError> {
    let failed = |e: jacolbert_eval::Error| TestCaseError::fail(e.to_string());
    let unanswered = Policy::Count;
    let options = EvaluateOptions { threshold, ties, unanswered, ..Default::default() };
    let metric: Metric = name.parse().map_err(failed)?;
    let report = evaluate(qrels, run, &[metric], &options).map_err(failed)?;
    for ((grades, results), value) in queries.iter().zip(report.values(metric).map_err(failed)?) {
        let order = order(results, ties);
        let expected = naive(name.split('@').next().unwrap_or(name), k, grades, &order, threshold);
        prop_assert!((value - expected).abs() < 1e-12, "{name}: {value}, not {expected}");
    }
    Ok(())
}

fn collection(queries: &[(Grades, Results)]) -> Result<(Qrels, Run), jacolbert_eval::Error> {
    let mut qrels = Qrels::new();
    let mut run = Run::new("random");
    for (number, (grades, results)) in queries.iter().enumerate() {
        let query = format!("q{number}");
        for (document, grade) in grades {
            qrels.insert(&query, &format!("d{document}"), *grade)?;
        }
        for (document, score) in results {
            run.push(&query, &format!("d{document}"), f64::from(*score) / 3.0)?;
        }
    }
    Ok((qrels, run))
}

/// The documents, best first.
fn order(results: &Results, ties: TieRule) -> Vec<u8> {
    let mut results = results.clone();
    results.sort_by_key(|&(document, score)| match ties {
        TieRule::InputOrder => (Reverse(score), Reverse(String::new())),
        _ => (Reverse(score), Reverse(format!("d{document}"))),
    });
    results.into_iter().map(|(document, _)| document).collect()
}

fn naive(name: &str, k: Option<usize>, grades: &Grades, order: &[u8], threshold: i32) -> f64 {
    let top = &order[..k.unwrap_or(order.len()).min(order.len())];
    let is_relevant = |document: &u8| grades.get(document).is_some_and(|&g| g >= threshold);
    let hits = |documents: &[u8]| documents.iter().filter(|d| is_relevant(d)).count() as f64;
    let num_relevant = grades.values().filter(|&&grade| grade >= threshold).count();
    let or_zero = |value: f64| if value.is_finite() { value } else { 0.0 };
    or_zero(match name {
        "recall" => hits(top) / num_relevant as f64,
        "success" => f64::from(hits(top) > 0.0),
        "precision" => hits(top) / k.unwrap_or(top.len()) as f64,
        "mrr" => (1..=top.len())
            .find(|&rank| is_relevant(&top[rank - 1]))
            .map_or(0.0, |rank| 1.0 / rank as f64),
        "map" => {
            let at = |rank: usize| hits(&top[..rank]) / rank as f64;
            let ranks = (1..=top.len()).filter(|&rank| is_relevant(&top[rank - 1]));
            ranks.map(at).sum::<f64>() / num_relevant as f64
        }
        "ndcg" => ndcg(grades, top, k, f64::from),
        "ndcg_exp" => ndcg(grades, top, k, |grade| f64::from((1 << grade) - 1)),
        "r_precision" => hits(&top[..num_relevant.min(top.len())]) / num_relevant as f64,
        _ => top.iter().filter(|d| grades.contains_key(d)).count() as f64 / top.len() as f64,
    })
}

fn ndcg(grades: &Grades, top: &[u8], k: Option<usize>, gain: fn(i32) -> f64) -> f64 {
    let mut ideal: Vec<i32> = grades.values().map(|&grade| grade.max(0)).collect();
    ideal.sort_by_key(|&grade| Reverse(grade));
    ideal.truncate(k.unwrap_or(ideal.len()));
    let found: Vec<i32> = top.iter().map(|d| grades.get(d).map_or(0, |&g| g.max(0))).collect();
    let dcg = |grades: &[i32]| -> f64 {
        (0..grades.len()).map(|i| gain(grades[i]) / (i as f64 + 2.0).log2()).sum()
    };
    dcg(&found) / dcg(&ideal)
}
