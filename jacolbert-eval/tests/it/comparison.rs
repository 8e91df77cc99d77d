//! Reports and comparisons: figures, tests, intervals and what is printed of them.

use jacolbert_eval::{
    Bootstrap, Comparison, ComparisonOptions, Correction, Difference, Error, EvaluateOptions,
    Metric, Qrels, Report, Run, SignificanceTest, TieRule, evaluate, paired_t_test,
    randomisation_test,
};

use crate::TestResult;

/// A report in which query `i` finds its only relevant document at rank `ranks[i]`.
fn report(name: &str, ranks: &[usize], options: &EvaluateOptions) -> Result<Report, Error> {
    let mut qrels = Qrels::new();
    let mut run = Run::new(name);
    for (number, &rank) in ranks.iter().enumerate() {
        let query = format!("q{number}");
        qrels.insert(&query, "relevant", 1)?;
        for other in 1..rank {
            run.push(&query, &format!("d{other}"), 100.0 - other as f64)?;
        }
        run.push(&query, "relevant", 0.0)?;
    }
    evaluate(&qrels, &run, &Metric::parse_list("mrr success@1")?, options)
}

fn comparison(options: &ComparisonOptions) -> Result<Comparison, Error> {
    let alike = EvaluateOptions::default();
    let good = [1; 20];
    let middling = [1, 2, 2, 2, 1, 2, 3, 2, 2, 2, 1, 2, 2, 2, 1, 2, 3, 2, 2, 2];
    let bad = [4; 20];
    let reports = [
        report("a_b", &good, &alike)?,
        report("50% & more", &middling, &alike)?,
        report("c|d", &bad, &alike)?,
    ];
    Comparison::new(&reports, options)
}

#[test]
fn tables_mark_the_best_and_what_it_is_better_than() -> TestResult {
    let comparison = comparison(&ComparisonOptions::default())?;
    let text = comparison.to_text();
    let expected = "run           mrr            success@1\n\
                    1 a_b         1.0000* >2,3   1.0000* >2,3\n\
                    2 50% & more  0.5833 >3      0.2000\n\
                    3 c|d         0.2500         0.0000\n\
                    20 queries; without results 0, without a relevant document 0, without judgements 0\n\
                    relevant from grade 1; ties in input order (as ranx)\n";
    let squeezed = |text: &str| {
        text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(squeezed(&text)[..6], squeezed(expected));
    assert!(text.contains("randomisation test of 10000 permutations, seed 0, Holm's correction"));

    let markdown = comparison.to_markdown();
    assert!(markdown.contains("| 1 a\\_b | **1.0000**<sup>2,3</sup> |"), "{markdown}");
    assert!(markdown.contains("| 3 c\\|d | 0.2500 | 0.0000 |"), "{markdown}");
    let latex = comparison.to_latex();
    assert!(latex.contains("1 a\\_b & \\textbf{1.0000}$^{2,3}$ &"), "{latex}");
    assert!(latex.contains("2 50\\% \\& more & 0.5833$^{3}$ &"), "{latex}");
    Ok(())
}

#[test]
fn every_pair_is_tested_and_adjusted_within_its_metric() -> TestResult {
    let options = ComparisonOptions { test: SignificanceTest::PairedT, ..Default::default() };
    let comparison = comparison(&options)?;
    let pairs: Vec<_> = comparison.tests().iter().map(|t| (t.first, t.second)).collect();
    assert_eq!(pairs, [(0, 1), (0, 2), (1, 2), (0, 1), (0, 2), (1, 2)]);
    for tests in comparison.tests().chunks(3) {
        let p_values: Vec<_> = tests.iter().map(|test| test.p).collect();
        let adjusted: Vec<_> = tests.iter().map(|test| test.adjusted_p).collect();
        assert_eq!(Correction::Holm.adjusted(&p_values), adjusted);
    }
    Ok(())
}

#[test]
fn json_holds_options_means_intervals_and_tests() -> TestResult {
    let options = ComparisonOptions { bootstrap: Some(Bootstrap::default()), ..Default::default() };
    let comparison = comparison(&options)?;
    let json: serde_json::Value = serde_json::from_str(&comparison.to_json())?;
    assert_eq!(json["evaluation"]["ties"], "input_order");
    assert_eq!(json["runs"][0]["means"]["mrr"], 1.0);
    assert_eq!(json["runs"][0]["intervals"]["mrr"]["low"], 1.0);
    assert_eq!(json["tests"][0]["metric"], "mrr");
    assert!(comparison.to_text().contains("1.0000 [1.0000, 1.0000]*"));
    Ok(())
}

#[test]
fn a_report_prints_means_and_its_tie_rule_and_json_the_queries() -> TestResult {
    let options = EvaluateOptions::trec_eval();
    let report = report("run", &[1, 4], &options)?;
    let text = report.to_text();
    assert!(text.starts_with("metric     run\nmrr        0.6250\nsuccess@1  0.5000\n"), "{text}");
    assert!(text.contains("ties by document id descending"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json())?;
    assert_eq!(json["options"]["ties"], "document_descending");
    assert_eq!(json["queries"]["q1"]["mrr"], 0.25);
    assert_eq!(json["coverage"]["evaluated"], 2);
    assert!(matches!(report.mean("map".parse()?), Err(Error::MissingMetric { .. })));
    Ok(())
}

#[test]
fn reports_that_are_not_alike_are_not_compared() -> TestResult {
    let check = |second: Report, expected: Difference| -> TestResult {
        let first = report("first", &[1, 2], &EvaluateOptions::default())?;
        match Comparison::new(&[first, second], &ComparisonOptions::default()) {
            Err(Error::Incomparable { difference, .. }) => assert_eq!(difference, expected),
            other => panic!("{other:?}"),
        }
        Ok(())
    };
    let default = EvaluateOptions::default();
    check(report("second", &[1, 2, 3], &default)?, Difference::Queries)?;
    let ties = TieRule::DocumentDescending;
    let other_ties = EvaluateOptions { ties, ..default };
    check(report("second", &[1, 2], &other_ties)?, Difference::Options)?;
    let none = Comparison::new(&[], &ComparisonOptions::default());
    assert!(matches!(none, Err(Error::TooFewValues { found: 0, needed: 1 })));
    Ok(())
}

#[test]
fn paired_t_test_is_that_of_scipy() -> TestResult {
    let a = [0.5, 1.0, 0.25, 0.0, 0.75, 1.0, 0.2, 0.6];
    let b = [0.4, 1.0, 0.5, 0.0, 0.25, 0.5, 0.1, 0.9];
    let c = [0.9, 1.0, 0.8, 0.7, 0.95, 1.0, 0.9, 0.85];
    let cycle = |length: usize, scale: f64| -> Vec<f64> {
        (0..1000).map(|i| (i % length) as f64 / length as f64 * scale).collect()
    };
    let check = |first: &[f64], second: &[f64], expected: f64| -> TestResult {
        let p = paired_t_test(first, second)?;
        assert!((p / expected - 1.0).abs() < 1e-9, "{p}, not {expected}");
        assert_eq!(paired_t_test(second, first)?, p);
        Ok(())
    };
    // scipy.stats.ttest_rel of scipy 1.17.1.
    check(&a, &b, 0.4651630357172205)?;
    check(&c, &b, 0.006794500378078291)?;
    check(&[1.0, 2.0], &[0.5, 0.75], 0.2577621168183132)?;
    check(&cycle(7, 1.0), &cycle(5, 0.8), 3.929894993731548e-20)
}

#[test]
fn equal_values_differ_in_no_test() -> TestResult {
    let values = [0.1, 0.7, 0.3];
    assert_eq!(paired_t_test(&values, &values)?, 1.0);
    assert_eq!(randomisation_test(&values, &values, 100, 0)?, 1.0);
    Ok(())
}

#[test]
fn constant_difference_is_certain_to_the_t_test() -> TestResult {
    assert_eq!(paired_t_test(&[1.0, 2.0, 3.0], &[0.0, 1.0, 2.0])?, 0.0);
    Ok(())
}

#[test]
fn randomisation_test_nears_the_enumeration_of_all_signs() -> TestResult {
    let differences = [0.5, 0.25, -0.125, 0.75, 0.5, -0.25, 0.125, 0.375, 0.25];
    let sum: f64 = differences.iter().sum();
    let signed_sum = |signs: usize| -> f64 {
        let sign = |bit: usize| if signs >> bit & 1 == 0 { 1.0 } else { -1.0 };
        differences.iter().enumerate().map(|(bit, d)| sign(bit) * d).sum()
    };
    let num_signs = 1 << differences.len();
    let num_extreme = (0..num_signs).filter(|&signs| signed_sum(signs).abs() >= sum).count();
    let exact = num_extreme as f64 / num_signs as f64;

    let p = randomisation_test(&differences, &[0.0; 9], 100_000, 7)?;
    assert!((p - exact).abs() < 0.005, "{p}, not {exact}");
    Ok(())
}

#[test]
fn seeds_decide_intervals_and_p_values() -> TestResult {
    let a = [0.1, 0.9, 0.4, 0.6, 0.8];
    let b = [0.2, 0.5, 0.3, 0.7, 0.1];
    let interval = |seed| Bootstrap { seed, ..Default::default() }.interval(&a);
    assert_eq!(interval(1)?, interval(1)?);
    assert_ne!(interval(1)?, interval(2)?);
    let p = |seed| randomisation_test(&a, &b, 1_000, seed);
    assert_eq!(p(1)?, p(1)?);
    assert_ne!(p(1)?, p(3)?);
    Ok(())
}

#[test]
fn bootstrap_interval_is_that_of_the_normal_law_for_many_values() -> TestResult {
    let values: Vec<f64> = (0..2_000).map(|i| f64::from(i % 100) / 100.0).collect();
    let mean = values.iter().sum::<f64>() / 2_000.0;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 2_000.0;
    let half = 1.96 * (variance / 2_000.0).sqrt();
    let interval = Bootstrap { resamples: 4_000, ..Default::default() }.interval(&values)?;
    assert!((interval.low - (mean - half)).abs() < 0.1 * half, "{interval:?}");
    assert!((interval.high - (mean + half)).abs() < 0.1 * half, "{interval:?}");
    Ok(())
}

#[test]
fn corrections_by_hand() {
    let p_values = [0.01, 0.04, 0.03, 0.6];
    let check = |correction: Correction, expected: [f64; 4]| {
        for (p, expected) in correction.adjusted(&p_values).into_iter().zip(expected) {
            assert!((p - expected).abs() < 1e-15, "{correction}: {p}, not {expected}");
        }
    };
    check(Correction::None, p_values);
    check(Correction::Bonferroni, [0.04, 0.16, 0.12, 1.0]);
    check(Correction::Holm, [0.04, 0.09, 0.09, 0.6]);
    assert!(Correction::Holm.adjusted(&[]).is_empty());
}

#[test]
fn settings_outside_of_their_range_are_refused() {
    let is_setting =
        |error: Error, field: &str| matches!(error, Error::Setting { name, .. } if name == field);
    for (bootstrap, field) in [
        (Bootstrap { resamples: 0, ..Default::default() }, "resamples"),
        (Bootstrap { confidence: 1.0, ..Default::default() }, "confidence"),
        (Bootstrap { confidence: f64::NAN, ..Default::default() }, "confidence"),
    ] {
        assert!(is_setting(bootstrap.interval(&[1.0]).expect_err("out of range"), field));
    }
    let no_level = ComparisonOptions { level: f64::NAN, ..Default::default() };
    assert!(is_setting(comparison(&no_level).expect_err("out of range"), "level"));
    let no_permutations = randomisation_test(&[1.0], &[0.0], 0, 0);
    assert!(is_setting(no_permutations.expect_err("out of range"), "permutations"));
    assert!(matches!(
        paired_t_test(&[1.0], &[0.5]),
        Err(Error::TooFewValues { found: 1, needed: 2 })
    ));
    assert!(matches!(
        paired_t_test(&[1.0, 2.0], &[0.5]),
        Err(Error::Unpaired { first: 2, second: 1 })
    ));
}
