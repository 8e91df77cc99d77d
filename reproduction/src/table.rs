//! The table of an experiment: runs side by side, and each beside what was published of it.

use std::fmt;

use jacolbert::eval::{Comparison, ComparisonOptions, Metric, Report};

use crate::Error;
use crate::published::{Published, PublishedRow};

/// What was measured, and what was published of the same systems.
#[derive(Debug, Clone)]
pub struct Table {
    comparison: Comparison,
    beside: Vec<Beside>,
    digits: usize,
}

/// A measured row beside a published one.
#[derive(Debug, Clone)]
struct Beside {
    run: String,
    source: &'static str,
    /// Metric, measured, published.
    values: Vec<(Metric, f64, f64)>,
}

impl Table {
    /// The table of `reports`, each with the name of its system as the published figures have it.
    ///
    /// # Errors
    /// As [`Comparison::new`].
    pub fn new(reports: &[(String, Report)], published: &Published) -> Result<Self, Error> {
        let only_reports: Vec<Report> = reports.iter().map(|(_, report)| report.clone()).collect();
        let comparison = Comparison::new(&only_reports, &ComparisonOptions::default())?;
        let mut beside = Vec::new();
        for (system, report) in reports {
            let is_its = |row: &&PublishedRow| row.system.eq_ignore_ascii_case(system);
            for row in published.rows.iter().filter(is_its) {
                beside.push(Beside::new(report, row, published)?);
            }
        }
        Ok(Self { comparison, beside, digits: published.digits })
    }

    /// Both parts as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = self.comparison.to_markdown();
        if !self.beside.is_empty() {
            text += "\n| run | published in | metric | measured | published | difference |\n";
            text += "|---|---|---|---|---|---|\n";
        }
        for Beside { run, source, values } in &self.beside {
            for value in values {
                let (metric, [measured, published, difference]) = self.cells(value);
                text += &format!(
                    "| {run} | {source} | {metric} | {measured} | {published} | {difference} |\n"
                );
            }
        }
        text
    }

    fn cells(&self, &(metric, measured, published): &(Metric, f64, f64)) -> (Metric, [String; 3]) {
        let digits = self.digits;
        let difference = format!("{:+.digits$}", measured - published);
        (metric, [format!("{measured:.4}"), format!("{published:.digits$}"), difference])
    }
}

impl Beside {
    fn new(report: &Report, row: &PublishedRow, published: &Published) -> Result<Self, Error> {
        let mut values = Vec::new();
        for (name, &value) in published.metrics.iter().zip(row.values) {
            let metric: Metric = name.parse()?;
            values.push((metric, report.mean(metric)?, value));
        }
        Ok(Self { run: report.run().to_owned(), source: row.source, values })
    }
}

/// As text for a terminal.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.comparison.to_text())?;
        for Beside { run, source, values } in &self.beside {
            writeln!(f, "\n{run} beside the {source}")?;
            for value in values {
                let (metric, [measured, published, difference]) = self.cells(value);
                let metric = metric.to_string();
                writeln!(f, "  {metric:<10} {measured}, published {published}: {difference}")?;
            }
        }
        Ok(())
    }
}
