//! SVG plots: what they hold, and what they refuse.

use jacolbert_eval::{
    Error, EvaluateOptions, Metric, Qrels, Report, Run, evaluate, line_plot, recall_curves,
    wins_and_losses,
};

use crate::TestResult;

fn report(name: &str, scores: &[(&str, f64)], metrics: &str) -> Result<Report, Error> {
    let mut qrels = Qrels::new();
    let mut run = Run::new(name);
    for query in ["q1", "q2"] {
        qrels.insert(query, "d1", 1)?;
    }
    for (document, score) in scores {
        run.push("q1", document, *score)?;
    }
    evaluate(&qrels, &run, &Metric::parse_list(metrics)?, &EvaluateOptions::default())
}

const RECALLS: &str = "recall@10 mrr recall@1";

#[test]
fn recall_curves_have_a_line_a_run_and_a_point_a_cutoff() -> TestResult {
    let good = report("a & b", &[("d1", 2.0)], RECALLS)?;
    let poor = report("c<d", &[("d2", 2.0), ("d1", 1.0)], RECALLS)?;
    let svg = recall_curves(&[good, poor])?;
    assert_eq!(svg.matches("<polyline").count(), 2);
    assert_eq!(svg.matches("r=\"3\"").count(), 4);
    assert!(svg.contains("a &amp; b") && svg.contains("c&lt;d"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    Ok(())
}

#[test]
fn wins_and_losses_count_the_queries() -> TestResult {
    let good = report("good", &[("d1", 2.0)], RECALLS)?;
    let poor = report("poor", &[("d2", 2.0), ("d1", 1.0)], RECALLS)?;
    let svg = wins_and_losses(&poor, &good, "recall@1".parse()?)?;
    assert!(svg.contains("poor against good: 0 won, 1 even, 1 lost"), "{svg}");
    Ok(())
}

#[test]
fn a_metric_that_is_not_there_is_not_plotted() -> TestResult {
    let report = report("run", &[("d1", 2.0)], "mrr")?;
    let is_missing = |result| matches!(result, Err(Error::MissingMetric { .. }));
    assert!(is_missing(recall_curves(std::slice::from_ref(&report))));
    assert!(is_missing(wins_and_losses(&report, &report, "map".parse()?)));
    Ok(())
}

#[test]
fn lines_span_round_numbers() {
    let loss: Vec<(f64, f64)> = (1..=70).map(|step| (step.into(), 3.7 / f64::from(step))).collect();
    let svg = line_plot(["step", "loss"], &[("training", &loss), ("nothing", &[])]);
    assert_eq!(svg.matches("<polyline").count(), 2);
    for tick in [">0<", ">20<", ">40<", ">60<", ">80<", ">1<", ">2<", ">3<", ">4<"] {
        assert!(svg.contains(tick), "{tick} in {svg}");
    }
}

#[test]
fn lines_of_nothing_and_of_one_value_have_axes() {
    let odd = [(1.0, f64::NAN), (f64::INFINITY, 2.0)];
    for points in [&[][..], &odd, &[(3.0, 5.0), (3.0, 5.0)], &[(1e-300, -1e300), (0.0, 1e300)]] {
        let svg = line_plot(["x", "y"], &[("line", points)]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
