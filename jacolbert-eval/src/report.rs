//! The result of an evaluation: values for each query, and their means.

use std::slice;

use serde::{Serialize, Serializer};

use crate::table::{Cell, Table};
use crate::{Bootstrap, Coverage, Error, EvaluateOptions, Interval, Metric};

/// The values of metrics for each query of a run, with the options of the evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    run: String,
    options: EvaluateOptions,
    coverage: Coverage,
    queries: Vec<String>,
    metrics: Vec<Metric>,
    /// For each metric, the value of each query.
    values: Vec<Vec<f64>>,
}

impl Report {
    pub(crate) fn new(run: &str, metrics: &[Metric], options: &EvaluateOptions) -> Self {
        let mut distinct: Vec<Metric> = Vec::with_capacity(metrics.len());
        for metric in metrics {
            if !distinct.contains(metric) {
                distinct.push(*metric);
            }
        }
        Self {
            run: run.to_owned(),
            options: options.clone(),
            coverage: Coverage::default(),
            queries: Vec::new(),
            values: vec![Vec::new(); distinct.len()],
            metrics: distinct,
        }
    }

    pub(crate) fn push(&mut self, query: &str, value: impl Fn(Metric) -> f64) {
        self.queries.push(query.to_owned());
        self.coverage.evaluated += 1;
        for (metric, values) in self.metrics.iter().zip(&mut self.values) {
            values.push(value(*metric));
        }
    }

    pub(crate) fn coverage_mut(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    /// The name of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The options of the evaluation, the tie rule among them.
    pub fn options(&self) -> &EvaluateOptions {
        &self.options
    }

    /// Numbers of queries, and what they lack.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The queries that were evaluated, in the order of the values.
    pub fn queries(&self) -> &[String] {
        &self.queries
    }

    /// The metrics, in the order given.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The value of a metric for each query.
    ///
    /// # Errors
    ///
    /// A metric that was not evaluated.
    pub fn values(&self, metric: Metric) -> Result<&[f64], Error> {
        match self.metrics.iter().position(|&held| held == metric) {
            Some(position) => Ok(&self.values[position]),
            None => Err(Error::MissingMetric { run: self.run.clone(), metric }),
        }
    }

    /// The mean of a metric over the queries.
    ///
    /// # Errors
    ///
    /// A metric that was not evaluated.
    pub fn mean(&self, metric: Metric) -> Result<f64, Error> {
        self.values(metric).map(mean)
    }

    /// A confidence interval of a metric's mean.
    ///
    /// # Errors
    ///
    /// A metric that was not evaluated, or an option outside of its range.
    pub fn interval(&self, metric: Metric, bootstrap: &Bootstrap) -> Result<Interval, Error> {
        bootstrap.interval(self.values(metric)?)
    }

    /// Metrics and means as an aligned table.
    pub fn to_text(&self) -> String {
        self.table().to_text()
    }

    /// Metrics and means as a Markdown table.
    pub fn to_markdown(&self) -> String {
        self.table().to_markdown()
    }

    /// Metrics and means as a LaTeX table, for the package booktabs.
    pub fn to_latex(&self) -> String {
        self.table().to_latex()
    }

    /// The whole report as JSON, including the values of each query.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and finite numbers are valid JSON")
    }

    pub(crate) fn means(&self) -> impl Iterator<Item = (Metric, f64)> {
        self.metrics.iter().zip(&self.values).map(|(metric, values)| (*metric, mean(values)))
    }

    fn own_notes(&self) -> Vec<String> {
        let Coverage { evaluated, unanswered, irrelevant, unjudged, .. } = self.coverage;
        vec![
            format!(
                "{evaluated} queries; without results {unanswered}, without a relevant document \
                 {irrelevant}, without judgements {unjudged}",
            ),
            format!("relevant from grade {}; {}", self.options.threshold, self.options.ties),
        ]
    }

    fn table(&self) -> Table {
        let row = |(metric, mean): (Metric, f64)| {
            vec![Cell::new(metric.to_string()), Cell::new(format!("{mean:.4}"))]
        };
        Table {
            header: vec!["metric".to_owned(), self.run.clone()],
            rows: self.means().map(row).collect(),
            notes: notes(slice::from_ref(self)),
        }
    }

    fn query_values(&self, query: usize) -> Object<Metric, f64> {
        Object(self.metrics.iter().zip(&self.values).map(|(m, v)| (*m, v[query])).collect())
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            run: &'a str,
            options: &'a EvaluateOptions,
            coverage: Coverage,
            means: Object<Metric, f64>,
            queries: Object<&'a str, Object<Metric, f64>>,
        }
        let queries = self.queries.iter().enumerate();
        Fields {
            run: &self.run,
            options: &self.options,
            coverage: self.coverage,
            means: Object(self.means().collect()),
            queries: Object(queries.map(|(i, q)| (q.as_str(), self.query_values(i))).collect()),
        }
        .serialize(serializer)
    }
}

/// What a reader needs in order to compare the figures of reports with others. They cover the same queries
/// under the same options.
pub(crate) fn notes(reports: &[Report]) -> Vec<String> {
    let mut notes = reports.first().map_or_else(Vec::new, Report::own_notes);
    if reports.iter().any(|report| report.options.ignore_identical_ids) {
        let dropped = reports.iter().map(|report| report.coverage.identical.to_string());
        let dropped = dropped.collect::<Vec<_>>().join(", ");
        notes.push(format!("results dropped for having the id of their query: {dropped}"));
    }
    notes
}

/// A JSON object in the order of its pairs.
#[derive(Debug, Clone)]
pub(crate) struct Object<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Object<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// A report holds at least one query.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
