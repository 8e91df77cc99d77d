//! The documents that a command reads: files, folders of text files, or standard input.

mod csv_file;
mod format;
mod left_out;
mod line_feeds;
#[cfg(feature = "parquet")]
mod parquet_file;
mod plan;
mod reading;
mod source;
mod text_files;
mod values;

use std::collections::VecDeque;
use std::path::PathBuf;

use clap::Args;
use jacolbert::Document;
use jacolbert::documents::FieldNames;

use crate::error::Error;
use format::Format;
pub(crate) use left_out::LeftOut;
use plan::Plan;
use reading::Reading;
use source::Source;
use text_files::FolderRules;
use values::Numbers;

/// Where documents come from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, folders of text files, or `-` for standard input
    ///
    /// A file is JSON lines, TSV, CSV or Parquet by its suffix, which `.gz` may follow; any other file is the text of
    /// one document. Of a folder, all text files are read, also in folders within it, and the path of each from there
    /// is its id. Hidden files, symbolic links and other suffixes are left out and counted, as are files that are not
    /// UTF-8, which are named.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The format of all files and of standard input. By default the suffix says it; standard input is JSON lines
    #[arg(short, long, value_enum)]
    format: Option<Format>,
    /// The field of the id. By default `id`, `_id`, or a usual name such as `docid`
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// The field of the text. By default `text`, or a usual name such as `contents`. All other fields are metadata
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
    /// Keep numbers in columns of TSV and CSV as text. By default 2020 is a number and 007 a text
    #[arg(long)]
    text_columns: bool,
    /// Leave out up to N lines that are no documents, and list them. By default the first one is an error
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip_bad_lines: usize,
    #[command(flatten)]
    folders: FolderRules,
}

/// Documents, one after the other.
#[derive(Debug)]
pub(crate) struct Input {
    reading: Reading,
    plans: VecDeque<Plan>,
    source: Option<Source>,
    num_documents: Option<usize>,
    left_out: LeftOut,
    has_failed: bool,
}

impl InputArgs {
    /// Finds all files; they are read when their documents are asked for.
    pub(crate) fn open(&self) -> Result<Input, Error> {
        let mut left_out = LeftOut::default();
        let mut plans = VecDeque::new();
        for path in &self.inputs {
            plans.push_back(Plan::of(path, self.format, &self.folders, &mut left_out)?);
        }
        let counts: Option<Vec<usize>> = plans.iter().map(Plan::num_documents).collect();
        Ok(Input {
            reading: self.reading(),
            num_documents: counts.map(|counts| counts.iter().sum()),
            plans,
            source: None,
            left_out,
            has_failed: false,
        })
    }

    fn reading(&self) -> Reading {
        let names = FieldNames { id: self.id_field.clone(), text: self.text_field.clone() };
        let numbers = if self.text_columns { Numbers::AsText } else { Numbers::AsNumbers };
        Reading { names, numbers, max_skipped: self.skip_bad_lines }
    }
}

impl Input {
    /// Number of documents at most, if that is known before they are read.
    pub(crate) fn num_documents(&self) -> Option<usize> {
        self.num_documents
    }

    /// What was left out so far.
    pub(crate) fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// The next document of the present file, or the first one of the next file that has one.
    fn next_document(&mut self) -> Result<Option<Document>, Error> {
        loop {
            if let Some(source) = &mut self.source
                && let Some(document) = source.next(&mut self.left_out)?
            {
                return Ok(Some(document));
            }
            if let Some(source) = self.source.take() {
                source.finish(&mut self.left_out);
            }
            let Some(plan) = self.plans.pop_front() else { return Ok(None) };
            let max_skipped = self.reading.max_skipped.saturating_sub(self.left_out.num_lines());
            let reading = Reading { max_skipped, ..self.reading.clone() };
            self.source = Some(plan.open(reading)?);
        }
    }
}

/// It ends after its first error.
impl Iterator for Input {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let next = self.next_document();
        self.has_failed = next.is_err();
        next.transpose()
    }
}
