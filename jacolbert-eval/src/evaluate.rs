//! The evaluation of a run against qrels.

use crate::gap::Gap;
use crate::graded_ranking::GradedRanking;
use crate::origin::Origin;
use crate::{
    Coverage, Error, EvaluateOptions, Judgements, Metric, Policy, Qrels, Ranking, Report, Run,
};

/// Evaluates a run against qrels: the values of metrics for each query, and their means.
///
/// The queries of the report are in the order of the qrels. A metric that is given twice is
/// evaluated once.
///
/// ```
/// use jacolbert_eval::{EvaluateOptions, Metric, Qrels, Run, evaluate};
///
/// let mut qrels = Qrels::new();
/// qrels.insert("q1", "d1", 1)?;
/// let mut run = Run::new("bm25");
/// run.push("q1", "d2", 7.1)?;
/// run.push("q1", "d1", 5.9)?;
/// let mrr: Metric = "mrr@10".parse()?;
/// assert_eq!(evaluate(&qrels, &run, &[mrr], &EvaluateOptions::default())?.mean(mrr)?, 0.5);
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
///
/// # Errors
///
/// A run without results, a query that a [`Policy`] forbids, or no query left to evaluate.
pub fn evaluate(
    qrels: &Qrels,
    run: &Run,
    metrics: &[Metric],
    options: &EvaluateOptions,
) -> Result<Report, Error> {
    if run.num_results() == 0 {
        return Err(Error::EmptyRun { origin: Origin::Memory });
    }
    let mut report = Report::new(run.name(), metrics, options);
    for mut case in cases(qrels, run) {
        if options.ignore_identical_ids {
            case.drop_identical();
        }
        if case.count_gaps(run, options, report.coverage_mut())? {
            report.coverage_mut().identical += usize::from(case.dropped.is_some());
            let graded = case.grade(options);
            report.push(case.query, |metric| graded.value(metric));
        }
    }
    if report.queries().is_empty() {
        return Err(Error::NoQueries { run: run.name().to_owned() });
    }
    Ok(report)
}

/// A query with its judgements and results.
struct Case<'a> {
    query: &'a str,
    judgements: Option<&'a Judgements>,
    ranking: Option<&'a Ranking>,
    /// A document that is no result.
    dropped: Option<&'a str>,
}

/// The queries of the qrels, then those that only the run has.
fn cases<'a>(qrels: &'a Qrels, run: &'a Run) -> impl Iterator<Item = Case<'a>> {
    let in_qrels = qrels.iter().map(|(query, judgements)| Case {
        query,
        judgements: Some(judgements),
        ranking: run.ranking(query),
        dropped: None,
    });
    let in_run = run.iter().map(|(query, ranking)| Case {
        query,
        judgements: qrels.judgements(query),
        ranking: Some(ranking),
        dropped: None,
    });
    in_qrels.chain(in_run.filter(|case| case.judgements.is_none()))
}

impl Case<'_> {
    /// Drops the document with the id of the query, if it is a result.
    fn drop_identical(&mut self) {
        let is_result = |query: &&str| self.ranking.is_some_and(|ranking| ranking.contains(query));
        self.dropped = Some(self.query).filter(is_result);
    }

    /// What the query lacks: judgements or relevant documents, results, both or nothing.
    fn gaps(&self, threshold: i32) -> impl Iterator<Item = Gap> {
        let in_qrels = match self.judgements {
            Some(judgements) if judgements.num_relevant(threshold) > 0 => None,
            Some(judgements) if !judgements.is_empty() => Some(Gap::Irrelevant),
            _ => Some(Gap::Unjudged),
        };
        let num_dropped = usize::from(self.dropped.is_some());
        let is_answered = self.ranking.is_some_and(|ranking| ranking.len() > num_dropped);
        in_qrels.into_iter().chain((!is_answered).then_some(Gap::Unanswered))
    }

    /// Counts the gaps of the query, and says whether to evaluate it.
    fn count_gaps(
        &self,
        run: &Run,
        options: &EvaluateOptions,
        coverage: &mut Coverage,
    ) -> Result<bool, Error> {
        let mut is_evaluated = true;
        for gap in self.gaps(options.threshold) {
            *coverage.count_mut(gap) += 1;
            match options.policy(gap) {
                Policy::Count => {}
                Policy::Skip => is_evaluated = false,
                Policy::Fail => {
                    return Err(Error::Gap {
                        run: run.name().to_owned(),
                        query: self.query.to_owned(),
                        gap,
                    });
                }
            }
        }
        Ok(is_evaluated)
    }

    fn grade(&self, options: &EvaluateOptions) -> GradedRanking {
        let no_judgements = Judgements::default();
        let no_ranking = Ranking::default();
        GradedRanking::new(
            self.judgements.unwrap_or(&no_judgements),
            self.ranking.unwrap_or(&no_ranking),
            self.dropped,
            options.ties,
            options.threshold,
        )
    }
}
