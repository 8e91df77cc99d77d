//! Rows of training data on disk, read one by one.

use std::mem;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::example::Example;
use super::formats::{IdFormat, TextFormat};
use super::header::is_row_header;
use super::line_file::{LineFile, Verdict};
use super::options::{Choice, ExampleOptions, TooFewNegatives};
use super::quotes::{Layout, Quotes};
use super::row::{Row, RowFormat};
use super::row_fault::RowFault;
use super::row_source::RowSource;
use super::skipped::Skipped;
use super::text_table::TextTable;
use super::texts::{Tables, Texts};
use super::usable_row::UsableRow;
use crate::Error;
use crate::random::Random;

/// Rows of training data on disk.
#[derive(Debug)]
pub struct Examples {
    rows: LineFile,
    format: RowFormat,
    texts: Texts,
    options: ExampleOptions,
    skipped: Skipped,
    scored: bool,
}

/// What identifies a set of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataIdentity {
    num_rows: usize,
    checksum: u64,
    options: ExampleOptions,
}

impl Examples {
    /// Opens `rows`, which have ids of `queries` and `collection`, and checks every line of the three
    /// files.
    ///
    /// # Errors
    /// [`Error::TextFile`], [`Error::Row`] for the first line with a [`RowFault`], and [`Error::Setting`]
    /// for an `n_way` of 0.
    pub fn with_ids(
        rows: &Path,
        format: IdFormat,
        queries: &Path,
        collection: &Path,
        options: &ExampleOptions,
    ) -> Result<Self, Error> {
        let queries = TextTable::open(queries)?;
        let collection = TextTable::open(collection)?;
        let texts = Texts::InTables(Box::new(Tables { queries, collection }));
        let format = match format {
            IdFormat::Triples => RowFormat::List,
            IdFormat::HardNegatives => RowFormat::Ids,
        };
        Self::open(rows, format, texts, options)
    }

    /// Opens `rows`, which have texts, and checks every line.
    ///
    /// # Errors
    /// As [`with_ids`](Self::with_ids).
    pub fn with_texts(
        rows: &Path,
        format: TextFormat,
        options: &ExampleOptions,
    ) -> Result<Self, Error> {
        let format = match format {
            TextFormat::Lists => RowFormat::List,
            TextFormat::Tabbed => RowFormat::Tabbed(Quotes::of_file(rows, Layout::Texts)?),
            TextFormat::HardNegatives => RowFormat::Texts,
        };
        Self::open(rows, format, Texts::InRows, options)
    }

    fn open(
        path: &Path,
        format: RowFormat,
        texts: Texts,
        &options: &ExampleOptions,
    ) -> Result<Self, Error> {
        if options.n_way == 0 {
            return Err(Error::setting("n_way", 0, "from 1"));
        }
        let mut scored = None;
        let mut skipped = Skipped::default();
        let mut may_be_header = matches!(texts, Texts::InRows);
        let rows = LineFile::open(path, |line| {
            let row = format.parse(line)?;
            if mem::take(&mut may_be_header) && is_header(&row) {
                skipped.has_header = true;
                return Ok(Verdict::Skip);
            }
            check_scores(*scored.get_or_insert(!row.scores.is_empty()), &row)?;
            let UsableRow { row, num_bad } = UsableRow::new(row, &texts, options.bad_texts)?;
            skipped.bad_texts += num_bad;
            let Some(row) = row else {
                skipped.without_texts += 1;
                return Ok(Verdict::Skip);
            };
            let verdict = check_negatives(&options, &row)?;
            skipped.too_few_negatives += usize::from(verdict == Verdict::Skip);
            Ok(verdict)
        })?;
        Ok(Self { rows, format, texts, options, skipped, scored: scored == Some(true) })
    }

    /// Number of rows to train with.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// What was left out of the rows.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// Whether the rows have scores of a teacher.
    pub fn has_scores(&self) -> bool {
        self.scored
    }

    /// The options of the rows.
    pub fn options(&self) -> ExampleOptions {
        self.options
    }

    /// Reads the example of row `row`, below [`num_rows`](Self::num_rows). `seed` decides which passages
    /// are chosen at random.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Row`] if a file changed after it was opened.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn read(&mut self, row: usize, seed: u64) -> Result<Example, Error> {
        let line = self.rows.line(row);
        let text = self.rows.read(row)?;
        let Self { rows, texts, options, .. } = self;
        let fault = |fault| rows.fault(line, fault);
        let kept = Kept { format: self.format, scored: self.scored, options };
        let row = kept.parse(&text, texts).map_err(fault)?;
        let chosen = choose_passages(options, &row, seed);
        let teacher = chosen.iter().filter_map(|&passage| row.scores.get(passage).copied());
        let all: Vec<&String> = row.passages().collect();
        let names: Vec<String> = chosen.iter().map(|&passage| all[passage].clone()).collect();
        let query = texts.read_query(&row.query, fault)?;
        let passages = names.iter().map(|name| texts.read_passage(name, fault));
        Ok(Example {
            source: RowSource { line, query: row.query.clone() },
            query,
            passages: passages.collect::<Result<_, _>>()?,
            teacher: teacher.collect(),
            names,
            positives: row.positives,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.rows.path()
    }

    /// What identifies these rows.
    pub(crate) fn identity(&self) -> DataIdentity {
        let checksum = self.rows.checksum() ^ self.texts.checksum().rotate_left(2);
        DataIdentity { num_rows: self.num_rows(), checksum, options: self.options }
    }
}

/// What a line must be that was kept when the file was opened.
struct Kept<'a> {
    format: RowFormat,
    scored: bool,
    options: &'a ExampleOptions,
}

impl Kept<'_> {
    fn parse(&self, line: &str, texts: &Texts) -> Result<Row, RowFault> {
        let row = self.format.parse(line)?;
        check_scores(self.scored, &row)?;
        let row = UsableRow::new(row, texts, self.options.bad_texts)?.row;
        let row = row.ok_or(RowFault::NoPositive)?;
        let strict = ExampleOptions { too_few_negatives: TooFewNegatives::Refuse, ..*self.options };
        check_negatives(&strict, &row)?;
        Ok(row)
    }
}

/// Whether the texts of the first row are names of columns.
fn is_header(row: &Row) -> bool {
    row.scores.is_empty() && is_row_header(std::iter::once(&row.query).chain(row.passages()))
}

/// Checks that either all rows have scores or none has.
fn check_scores(scored: bool, row: &Row) -> Result<(), RowFault> {
    match (scored, row.scores.is_empty()) {
        (true, true) => Err(RowFault::ScoresMissing),
        (false, false) => Err(RowFault::ScoresUnexpected),
        _ => Ok(()),
    }
}

/// Whether to keep a row, by the number of its negatives.
fn check_negatives(options: &ExampleOptions, row: &Row) -> Result<Verdict, RowFault> {
    let found = row.negatives.len();
    let needed = options.n_way - 1;
    match options.too_few_negatives {
        _ if found >= needed => Ok(Verdict::Keep),
        TooFewNegatives::Skip => Ok(Verdict::Skip),
        TooFewNegatives::Refuse => Err(RowFault::TooFewNegatives { found, needed }),
    }
}

/// Chooses passages of a row, `[n_way]`, the positive first.
fn choose_passages(options: &ExampleOptions, row: &Row, seed: u64) -> Vec<usize> {
    let n_positives = row.positives.len();
    let needed = options.n_way - 1;
    let mut negatives: Vec<usize> = (n_positives..n_positives + row.negatives.len()).collect();
    let mut positive = 0;
    if options.choice == Choice::Random {
        let mut random = Random::new(seed);
        positive = random.below(n_positives);
        for position in 0..needed {
            let other = position + random.below(negatives.len() - position);
            negatives.swap(position, other);
        }
    }
    std::iter::once(positive).chain(negatives.into_iter().take(needed)).collect()
}
