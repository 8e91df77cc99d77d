//! The table, whose rows are printed as they come.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jacolbert::eval::{
    Comparison, ComparisonOptions, EvaluateOptions, Report, Run, TieRule, evaluate,
};

use crate::args::Args;
use crate::test_collection::TestCollection;

/// The rows so far.
pub(crate) struct Table<'a> {
    args: &'a Args,
    collection: &'a TestCollection,
    options: EvaluateOptions,
    reports: Vec<Report>,
    /// For each row, the rank of the first relevant document of each query.
    ranks: Vec<Vec<Option<usize>>>,
}

impl<'a> Table<'a> {
    /// A table without rows; makes the folders of what is to be written.
    pub(crate) fn new(args: &'a Args, collection: &'a TestCollection) -> anyhow::Result<Self> {
        for path in args.run.iter().chain(&args.ranks) {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            folder
                .map_or(Ok(()), fs::create_dir_all)
                .with_context(|| path.display().to_string())?;
        }
        let ignore_identical_ids = args.ignore_identical_ids;
        let options = EvaluateOptions { ignore_identical_ids, ..Default::default() };
        Ok(Self { args, collection, options, reports: Vec::new(), ranks: Vec::new() })
    }

    /// Documents to search for each query: one more where one of them may be dropped.
    pub(crate) fn depth(&self) -> usize {
        self.args.k + usize::from(self.args.ignore_identical_ids)
    }

    /// Evaluates a run, prints its row, and writes it if that is wanted.
    pub(crate) fn add(&mut self, run: Run) -> anyhow::Result<()> {
        let report = evaluate(&self.collection.qrels, &run, &self.args.metrics, &self.options)?;
        let mut line = format!("{:<24}", run.name());
        for metric in report.metrics() {
            line += &format!("  {metric} {:.4}", report.mean(*metric)?);
        }
        println!("{line}");
        if let Some(path) = &self.args.run {
            let path = path_of_row(path, run.name());
            run.save_trec(&path)?;
            println!("  its run: {}", path.display());
        }
        self.ranks.push(self.first_relevant(&run));
        self.reports.push(report);
        Ok(())
    }

    /// Prints all rows with the significance of their differences, and writes the ranks if that is wanted.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        println!("\n{}", Comparison::new(&self.reports, &ComparisonOptions::default())?.to_text());
        if let Some(path) = &self.args.ranks {
            self.write_ranks(path).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    fn first_relevant(&self, run: &Run) -> Vec<Option<usize>> {
        let rank = |query: &String| {
            let judgements = self.collection.qrels.judgements(query)?;
            let results = run.ranking(query)?.best_first(TieRule::InputOrder);
            let is_dropped = |id: &str| self.options.ignore_identical_ids && id == query;
            let mut results = results.iter().filter(|(id, _)| !is_dropped(id));
            let position =
                results.position(|(id, _)| judgements.grade(id).is_some_and(|grade| grade > 0));
            Some(position? + 1)
        };
        self.collection.queries.iter().map(rank).collect()
    }

    /// A line for each query: its id, a rank for each row or nothing, and its text.
    fn write_ranks(&self, path: &Path) -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        let names: Vec<&str> = self.reports.iter().map(Report::run).collect();
        writeln!(out, "query\t{}\ttext", names.join("\t"))?;
        let TestCollection { queries, questions, .. } = self.collection;
        for (n, (query, question)) in queries.iter().zip(questions).enumerate() {
            let ranks =
                self.ranks.iter().map(|row| row[n].map_or_else(String::new, |r| r.to_string()));
            let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(out, "{query}\t{}\t{question}", ranks.collect::<Vec<_>>().join("\t"))?;
        }
        out.flush()
    }
}

/// `out.trec` of the row `2 bits` is `out-2-bits.trec`.
fn path_of_row(path: &Path, row: &str) -> PathBuf {
    let row = row.replace(|c: char| !c.is_alphanumeric() && c != '.' && c != '_', "-");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, end) = name.split_once('.').map_or((&*name, ""), |(stem, end)| (stem, end));
    let dot = if end.is_empty() { "" } else { "." };
    path.with_file_name(format!("{stem}-{row}{dot}{end}"))
}
