//! Several runs side by side, with the significance of their differences.

use serde::{Deserialize, Serialize};

use crate::error::Difference;
use crate::report::{Object, notes};
use crate::significance::{Correction, SignificanceTest};
use crate::table::{Cell, Table};
use crate::{Bootstrap, Coverage, Error, EvaluateOptions, Interval, Metric, Report};

/// How runs are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComparisonOptions {
    /// The test of a difference. Default: Fisher's randomisation test with 10,000 permutations.
    pub test: SignificanceTest,
    /// The correction of p values, over all pairs of runs in one metric. Default: Holm's.
    pub correction: Correction,
    /// Highest adjusted p value of a difference that is marked in a table, 0 to 1. Default: 0.05.
    /// A higher level marks more differences, and more of them by chance.
    pub level: f64,
    /// How to compute confidence intervals of the means. Default: none.
    pub bootstrap: Option<Bootstrap>,
    /// Digits after the decimal point in tables. Default: 4, as papers on JQaRA print them.
    pub digits: usize,
}

impl Default for ComparisonOptions {
    fn default() -> Self {
        Self {
            test: SignificanceTest::default(),
            correction: Correction::default(),
            level: 0.05,
            bootstrap: None,
            digits: 4,
        }
    }
}

/// Runs that were evaluated alike, and the tests of their differences.
///
/// Tables highlight the best mean of a metric, and put the numbers of those runs beside a figure that
/// it is significantly better than.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    options: ComparisonOptions,
    evaluation: EvaluateOptions,
    metrics: Vec<Metric>,
    runs: Vec<RunFigures>,
    tests: Vec<PairTest>,
    #[serde(skip)]
    notes: Vec<String>,
}

/// The figures of one run.
#[derive(Debug, Clone, Serialize)]
struct RunFigures {
    run: String,
    coverage: Coverage,
    means: Object<Metric, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intervals: Option<Object<Metric, Interval>>,
}

/// The test of one metric between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairTest {
    /// The metric.
    pub metric: Metric,
    /// Position of the first run in the comparison, from 0.
    pub first: usize,
    /// Position of the second run.
    pub second: usize,
    /// Mean of the first run minus that of the second.
    pub difference: f64,
    /// The p value, not adjusted.
    pub p: f64,
    /// The p value adjusted for all pairs of runs in this metric.
    pub adjusted_p: f64,
}

impl Comparison {
    /// Compares each pair of runs in each metric.
    ///
    /// # Errors
    ///
    /// Reports over different queries, metrics or options; too few queries for the test; an option
    /// outside of its range.
    pub fn new(reports: &[Report], options: &ComparisonOptions) -> Result<Self, Error> {
        let Some(first) = reports.first() else {
            return Err(Error::TooFewValues { found: 0, needed: 1 });
        };
        if !(0.0..=1.0).contains(&options.level) {
            return Err(Error::Setting { name: "level", value: options.level, expected: "0 to 1" });
        }
        reports.iter().try_for_each(|report| check_comparable(first, report))?;
        let runs = reports.iter().map(|report| figures(report, options));
        let tests = first.metrics().iter().map(|&metric| pair_tests(reports, metric, options));
        Ok(Self {
            options: options.clone(),
            evaluation: first.options().clone(),
            metrics: first.metrics().to_vec(),
            runs: runs.collect::<Result<_, _>>()?,
            tests: tests.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(),
            notes: notes(reports),
        })
    }

    /// The tests of all pairs of runs, metric by metric.
    pub fn tests(&self) -> &[PairTest] {
        &self.tests
    }

    /// An aligned table, one line per run.
    pub fn to_text(&self) -> String {
        self.table().to_text()
    }

    /// A Markdown table, one line per run.
    pub fn to_markdown(&self) -> String {
        self.table().to_markdown()
    }

    /// A LaTeX table, one line per run, for the package booktabs.
    pub fn to_latex(&self) -> String {
        self.table().to_latex()
    }

    /// Options, means, intervals and tests as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and finite numbers are valid JSON")
    }

    fn table(&self) -> Table {
        let mut header = vec!["run".to_owned()];
        header.extend(self.metrics.iter().map(Metric::to_string));
        Table {
            header,
            rows: (0..self.runs.len()).map(|run| self.row(run)).collect(),
            notes: self.table_notes(),
        }
    }

    fn row(&self, run: usize) -> Vec<Cell> {
        let mut cells = vec![Cell::new(format!("{} {}", run + 1, self.runs[run].run))];
        cells.extend((0..self.metrics.len()).map(|metric| self.cell(run, metric)));
        cells
    }

    fn cell(&self, run: usize, metric: usize) -> Cell {
        let digits = self.options.digits;
        let mean = self.mean(run, metric);
        let mut text = format!("{mean:.digits$}");
        if let Some(Object(intervals)) = &self.runs[run].intervals {
            let (_, Interval { low, high }) = intervals[metric];
            text += &format!(" [{low:.digits$}, {high:.digits$}]");
        }
        let is_best = self.runs.len() > 1
            && (0..self.runs.len()).all(|other| self.mean(other, metric) <= mean);
        Cell { text, better_than: self.better_than(run, self.metrics[metric]), is_best }
    }

    fn mean(&self, run: usize, metric: usize) -> f64 {
        self.runs[run].means.0[metric].1
    }

    /// Numbers, from 1, of the runs that a run is significantly better than.
    fn better_than(&self, run: usize, metric: Metric) -> Vec<usize> {
        let is_marked =
            |test: &&PairTest| test.metric == metric && test.adjusted_p <= self.options.level;
        let worse = |test: &PairTest| match test.difference {
            d if d > 0.0 && test.first == run => Some(test.second + 1),
            d if d < 0.0 && test.second == run => Some(test.first + 1),
            _ => None,
        };
        self.tests.iter().filter(is_marked).filter_map(worse).collect()
    }

    fn table_notes(&self) -> Vec<String> {
        let ComparisonOptions { test, correction, level, bootstrap, .. } = &self.options;
        let mut notes = self.notes.clone();
        if self.runs.len() > 1 {
            notes.push(format!(
                "numbers name the runs a figure is significantly better than: {test}, {correction}, \
                 p <= {level}",
            ));
        }
        if let Some(Bootstrap { resamples, confidence, seed }) = bootstrap {
            let percent = 100.0 * confidence;
            notes.push(format!(
                "in brackets the {percent} % interval of {resamples} bootstrap resamples, \
                 seed {seed}",
            ));
        }
        notes
    }
}

fn check_comparable(first: &Report, second: &Report) -> Result<(), Error> {
    let difference = if first.queries() != second.queries() {
        Difference::Queries
    } else if first.metrics() != second.metrics() {
        Difference::Metrics
    } else if first.options() != second.options() {
        Difference::Options
    } else {
        return Ok(());
    };
    Err(Error::Incomparable {
        first: first.run().to_owned(),
        second: second.run().to_owned(),
        difference,
    })
}

fn figures(report: &Report, options: &ComparisonOptions) -> Result<RunFigures, Error> {
    let interval_of = |bootstrap: &Bootstrap| {
        let pairs = report.metrics().iter().map(|&m| Ok((m, report.interval(m, bootstrap)?)));
        pairs.collect::<Result<_, Error>>().map(Object)
    };
    Ok(RunFigures {
        run: report.run().to_owned(),
        coverage: report.coverage(),
        means: Object(report.means().collect()),
        intervals: options.bootstrap.as_ref().map(interval_of).transpose()?,
    })
}

fn pair_tests(
    reports: &[Report],
    metric: Metric,
    options: &ComparisonOptions,
) -> Result<Vec<PairTest>, Error> {
    let mut tests = Vec::new();
    for second in 1..reports.len() {
        for first in 0..second {
            tests.push(pair_test(reports, first, second, metric, options.test)?);
        }
    }
    let p_values: Vec<_> = tests.iter().map(|test| test.p).collect();
    for (test, adjusted) in tests.iter_mut().zip(options.correction.adjusted(&p_values)) {
        test.adjusted_p = adjusted;
    }
    Ok(tests)
}

/// The test of one pair, not adjusted yet.
fn pair_test(
    reports: &[Report],
    first: usize,
    second: usize,
    metric: Metric,
    test: SignificanceTest,
) -> Result<PairTest, Error> {
    let p = test.p_value(reports[first].values(metric)?, reports[second].values(metric)?)?;
    let difference = reports[first].mean(metric)? - reports[second].mean(metric)?;
    Ok(PairTest { metric, first, second, difference, p, adjusted_p: p })
}
