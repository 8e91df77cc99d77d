//! Queries that lack results or judgements, and the tie rules, by hand.

use jacolbert_eval::{Error, EvaluateOptions, Gap, Metric, Policy, Qrels, Run, TieRule, evaluate};

use crate::TestResult;

/// q1 is answered, q2 not, q3 has no relevant document, q4 no judgements.
fn collection() -> Result<(Qrels, Run), Error> {
    let mut qrels = Qrels::new();
    let mut run = Run::new("system");
    qrels.insert("q1", "d1", 1)?;
    qrels.insert("q2", "d1", 1)?;
    qrels.insert("q3", "d1", 0)?;
    run.push("q1", "d1", 1.0)?;
    run.push("q3", "d1", 1.0)?;
    run.push("q4", "d1", 1.0)?;
    Ok((qrels, run))
}

fn options(unanswered: Policy, irrelevant: Policy, unjudged: Policy) -> EvaluateOptions {
    EvaluateOptions { unanswered, irrelevant, unjudged, ..Default::default() }
}

#[test]
fn a_policy_decides_which_queries_the_mean_is_over() -> TestResult {
    use Policy::{Count, Skip};
    let check = |policies: [Policy; 3], queries: &[&str], mean: f64| -> TestResult {
        let (qrels, run) = collection()?;
        let [unanswered, irrelevant, unjudged] = policies;
        let success: Metric = "success@1".parse()?;
        let options = options(unanswered, irrelevant, unjudged);
        let report = evaluate(&qrels, &run, &[success], &options)?;
        assert_eq!(report.queries(), queries);
        assert_eq!(report.mean(success)?, mean);
        let coverage = report.coverage();
        assert_eq!((coverage.unanswered, coverage.irrelevant, coverage.unjudged), (1, 1, 1));
        assert_eq!(coverage.evaluated, queries.len());
        Ok(())
    };
    check([Count, Count, Skip], &["q1", "q2", "q3"], 1.0 / 3.0)?;
    check([Skip, Count, Skip], &["q1", "q3"], 0.5)?;
    check([Skip, Skip, Skip], &["q1"], 1.0)?;
    check([Count, Count, Count], &["q1", "q2", "q3", "q4"], 0.25)
}

#[test]
fn a_policy_can_fail_and_names_the_query() -> TestResult {
    use Policy::{Fail, Skip};
    let check = |policies: [Policy; 3], expected: (&str, Gap)| -> TestResult {
        let (qrels, run) = collection()?;
        let [unanswered, irrelevant, unjudged] = policies;
        match evaluate(&qrels, &run, &[], &options(unanswered, irrelevant, unjudged)) {
            Err(Error::Gap { query, gap, .. }) => assert_eq!((query.as_str(), gap), expected),
            other => panic!("{other:?}"),
        }
        Ok(())
    };
    check([Fail, Skip, Skip], ("q2", Gap::Unanswered))?;
    check([Skip, Fail, Skip], ("q3", Gap::Irrelevant))?;
    check([Skip, Skip, Fail], ("q4", Gap::Unjudged))
}

#[test]
fn nothing_to_evaluate_is_an_error() -> TestResult {
    let qrels = collection()?.0;
    let mut run = Run::new("other");
    assert!(matches!(
        evaluate(&qrels, &run, &[], &EvaluateOptions::default()),
        Err(Error::EmptyRun { .. })
    ));
    run.push("q9", "d1", 1.0)?;
    let skip_all = options(Policy::Skip, Policy::Skip, Policy::Skip);
    assert!(matches!(
        evaluate(&qrels, &run, &[], &skip_all),
        Err(Error::NoQueries { run }) if run == "other"
    ));
    Ok(())
}

#[test]
fn a_query_without_results_is_unanswered() -> TestResult {
    let (qrels, mut run) = collection()?;
    run.push_query("q2")?;
    let report = evaluate(&qrels, &run, &[], &EvaluateOptions::default())?;
    assert_eq!(report.coverage().unanswered, 1);
    Ok(())
}

#[test]
fn a_query_that_lacks_two_things_counts_if_both_policies_let_it() -> TestResult {
    use Policy::{Count, Skip};
    let (mut qrels, run) = collection()?;
    qrels.insert("q5", "d1", 0)?;
    let check = |unanswered, irrelevant, num_queries: usize| -> TestResult {
        let report = evaluate(&qrels, &run, &[], &options(unanswered, irrelevant, Skip))?;
        assert_eq!(report.queries().len(), num_queries);
        assert_eq!((report.coverage().unanswered, report.coverage().irrelevant), (2, 2));
        Ok(())
    };
    check(Count, Count, 4)?;
    check(Skip, Count, 2)?;
    check(Count, Skip, 2)?;
    check(Skip, Skip, 1)
}

#[test]
fn the_own_document_of_a_query_is_dropped_on_request_and_counted() -> TestResult {
    let mut qrels = Qrels::new();
    let mut run = Run::new("self");
    qrels.insert("q1", "d1", 1)?;
    qrels.insert("q2", "q2", 1)?;
    for (query, document, score) in [("q1", "q1", 9.0), ("q1", "d1", 8.0), ("q2", "q2", 7.0)] {
        run.push(query, document, score)?;
    }
    let mrr: Metric = "mrr".parse()?;
    let check = |ignore_identical_ids, values: &[f64], identical, unanswered| -> TestResult {
        let options = EvaluateOptions { ignore_identical_ids, ..Default::default() };
        let report = evaluate(&qrels, &run, &[mrr], &options)?;
        assert_eq!(report.values(mrr)?, values);
        let coverage = report.coverage();
        assert_eq!((coverage.identical, coverage.unanswered), (identical, unanswered));
        let note = "results dropped for having the id of their query: 2";
        assert_eq!(report.to_text().contains(note), ignore_identical_ids);
        Ok(())
    };
    check(false, &[0.5, 1.0], 0, 0)?;
    check(true, &[1.0, 0.0], 2, 1)
}

#[test]
fn tie_rules_order_equal_scores() -> TestResult {
    let mut run = Run::new("ties");
    // The last two differ as f64 and are equal as f32.
    for (document, score) in [("b", 1.0), ("c", 1.0), ("a", 1.0), ("x", 0.1), ("y", 0.1 + 1e-12)] {
        run.push("q", document, score)?;
    }
    let ranking = run.ranking("q").ok_or("no query q")?;
    let order = |ties| ranking.best_first(ties).into_iter().map(|(d, _)| d).collect::<String>();
    assert_eq!(order(TieRule::InputOrder), "bcayx");
    assert_eq!(order(TieRule::DocumentDescending), "cbayx");
    Ok(())
}

#[test]
fn zero_and_minus_zero_tie() -> TestResult {
    let mut run = Run::new("zeros");
    run.push("q", "a", -0.0)?;
    run.push("q", "b", 0.0)?;
    let ranking = run.ranking("q").ok_or("no query q")?;
    assert_eq!(ranking.best_first(TieRule::InputOrder)[0].0, "a");
    assert_eq!(ranking.best_first(TieRule::DocumentDescending)[0].0, "b");
    Ok(())
}

#[test]
fn values_by_hand() -> TestResult {
    let mut qrels = Qrels::new();
    let mut run = Run::new("hand");
    for (document, grade) in [("a", 3), ("b", 1), ("c", 2), ("z", 0)] {
        qrels.insert("q", document, grade)?;
    }
    for (document, score) in [("z", 5.0), ("b", 4.0), ("u", 3.0), ("a", 2.0)] {
        run.push("q", document, score)?;
    }
    let log2 = f64::log2;
    let dcg = 1.0 / log2(3.0) + 3.0 / log2(5.0);
    let ideal = 3.0 + 2.0 / log2(3.0) + 1.0 / 2.0;
    let dcg_exp = 1.0 / log2(3.0) + 7.0 / log2(5.0);
    let ideal_exp = 7.0 + 3.0 / log2(3.0) + 1.0 / 2.0;
    let expected = [
        ("recall@2", 1.0 / 3.0),
        ("recall@10", 2.0 / 3.0),
        ("success@1", 0.0),
        ("success@2", 1.0),
        ("precision@5", 2.0 / 5.0),
        ("precision", 2.0 / 4.0),
        ("mrr@1", 0.0),
        ("mrr@10", 1.0 / 2.0),
        ("map", (1.0 / 2.0 + 2.0 / 4.0) / 3.0),
        ("map@3", 1.0 / 2.0 / 3.0),
        ("ndcg@10", dcg / ideal),
        ("ndcg_exp@10", dcg_exp / ideal_exp),
        ("r_precision", 1.0 / 3.0),
        ("judged@3", 2.0 / 3.0),
        ("judged@10", 3.0 / 4.0),
    ];
    for (name, value) in expected {
        let metric: Metric = name.parse()?;
        let mean = evaluate(&qrels, &run, &[metric], &EvaluateOptions::default())?.mean(metric)?;
        assert!((mean - value).abs() < 1e-15, "{name}: {mean}, not {value}");
    }
    Ok(())
}
