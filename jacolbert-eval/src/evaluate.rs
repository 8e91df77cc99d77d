//! The evaluation of a run against qrels.

use serde::Serialize;

use crate::error::{Gap, Origin};
use crate::graded_ranking::GradedRanking;
use crate::{Error, Judgements, Metric, Qrels, Ranking, Report, Run, TieRule};

/// How a run is held against qrels.
///
/// By default every query of the qrels counts, one without results with zero, and results of
/// queries that are not in the qrels are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvaluateOptions {
    /// Least grade of a relevant document; above 1 for sets in which grade 1 means "related".
    /// nDCG takes no notice of it.
    pub threshold: i32,
    /// Order of documents with equal scores.
    pub ties: TieRule,
    /// What to do about a query that the run has no results for.
    pub unanswered: Policy,
    /// What to do about a query that no document is judged relevant for.
    pub irrelevant: Policy,
    /// What to do about a query of the run that has no judgements.
    pub unjudged: Policy,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self {
            threshold: 1,
            ties: TieRule::InputOrder,
            unanswered: Policy::Count,
            irrelevant: Policy::Count,
            unjudged: Policy::Skip,
        }
    }
}

impl EvaluateOptions {
    /// The options under which trec_eval and pytrec_eval evaluate: their tie rule, and queries
    /// without results left out, which trec_eval calls to run without `-c`.
    pub fn trec_eval() -> Self {
        let ties = TieRule::DocumentDescending;
        Self { ties, unanswered: Policy::Skip, ..Self::default() }
    }

    /// What to do about a query with a gap.
    pub fn policy(&self, gap: Gap) -> Policy {
        match gap {
            Gap::Unanswered => self.unanswered,
            Gap::Irrelevant => self.irrelevant,
            Gap::Unjudged => self.unjudged,
        }
    }
}

/// What to do about a query that lacks results or judgements; one that lacks both counts if both
/// policies let it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// It counts like any other, which makes its value zero.
    Count,
    /// It is left out of the means.
    Skip,
    /// The evaluation fails.
    Fail,
}

/// How many queries there were, and what they lacked, whether they were evaluated or not. A query
/// may lack two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// Queries that the means are over.
    pub evaluated: usize,
    /// Queries that the run has no results for.
    pub unanswered: usize,
    /// Queries that no document is judged relevant for.
    pub irrelevant: usize,
    /// Queries that have no judgements.
    pub unjudged: usize,
}

impl Coverage {
    fn count_mut(&mut self, gap: Gap) -> &mut usize {
        match gap {
            Gap::Unanswered => &mut self.unanswered,
            Gap::Irrelevant => &mut self.irrelevant,
            Gap::Unjudged => &mut self.unjudged,
        }
    }
}

/// The values of metrics for each query, and their means.
///
/// The queries of the report are in the order of the qrels. A metric that is named twice is
/// evaluated once.
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
    for case in cases(qrels, run) {
        if case.counts(run, options, report.coverage_mut())? {
            let graded = case.graded(options);
            report.push(case.query, |metric| graded.value(metric));
        }
    }
    if report.queries().is_empty() {
        return Err(Error::NoQueries { run: run.name().to_owned() });
    }
    Ok(report)
}

/// A query with what is known of it.
struct Case<'a> {
    query: &'a str,
    judgements: Option<&'a Judgements>,
    ranking: Option<&'a Ranking>,
}

/// The queries of the qrels, then those that only the run has.
fn cases<'a>(qrels: &'a Qrels, run: &'a Run) -> impl Iterator<Item = Case<'a>> {
    let in_qrels = qrels.iter().map(|(query, judgements)| Case {
        query,
        judgements: Some(judgements),
        ranking: run.ranking(query),
    });
    let in_run = run.iter().map(|(query, ranking)| Case {
        query,
        judgements: qrels.judgements(query),
        ranking: Some(ranking),
    });
    in_qrels.chain(in_run.filter(|case| case.judgements.is_none()))
}

impl Case<'_> {
    /// What the query lacks: something in the qrels, results, both or nothing.
    fn gaps(&self, threshold: i32) -> impl Iterator<Item = Gap> {
        let in_qrels = match self.judgements {
            Some(judgements) if judgements.num_relevant(threshold) > 0 => None,
            Some(judgements) if !judgements.is_empty() => Some(Gap::Irrelevant),
            _ => Some(Gap::Unjudged),
        };
        let is_answered = self.ranking.is_some_and(|ranking| !ranking.is_empty());
        in_qrels.into_iter().chain((!is_answered).then_some(Gap::Unanswered))
    }

    /// Whether the query is to be evaluated; its gaps are counted either way.
    fn counts(
        &self,
        run: &Run,
        options: &EvaluateOptions,
        coverage: &mut Coverage,
    ) -> Result<bool, Error> {
        let mut counts = true;
        for gap in self.gaps(options.threshold) {
            *coverage.count_mut(gap) += 1;
            match options.policy(gap) {
                Policy::Count => {}
                Policy::Skip => counts = false,
                Policy::Fail => {
                    let (run, query) = (run.name().to_owned(), self.query.to_owned());
                    return Err(Error::Gap { run, query, gap });
                }
            }
        }
        Ok(counts)
    }

    fn graded(&self, options: &EvaluateOptions) -> GradedRanking {
        let (no_judgements, no_ranking) = (Judgements::default(), Ranking::default());
        GradedRanking::new(
            self.judgements.unwrap_or(&no_judgements),
            self.ranking.unwrap_or(&no_ranking),
            options.ties,
            options.threshold,
        )
    }
}
