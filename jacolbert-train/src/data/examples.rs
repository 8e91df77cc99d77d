//! Rows of training data on disk, read one by one.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::example::{Example, RowSource};
use super::formats::{IdFormat, TextFormat};
use super::line_file::{LineFile, Verdict};
use super::options::{Choice, ExampleOptions, TooFewNegatives};
use super::row::{Row, RowFormat};
use super::row_fault::RowFault;
use super::text_table::TextTable;
use super::texts::{Tables, Texts};
use crate::Error;
use crate::random::Random;

/// Rows of training data on disk.
#[derive(Debug)]
pub struct Examples {
    rows: LineFile,
    format: RowFormat,
    texts: Texts,
    options: ExampleOptions,
    num_skipped: usize,
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
    /// [`Error::Io`], [`Error::Row`] for the first line with a [`RowFault`], and [`Error::Setting`]
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
            TextFormat::Tabbed => RowFormat::Tabbed,
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
        let mut num_skipped = 0;
        let rows = LineFile::open(path, |line| {
            let row = format.parse(line)?;
            texts.check(&row)?;
            check_scores(*scored.get_or_insert(!row.scores.is_empty()), &row)?;
            let verdict = check_negatives(&options, &row)?;
            num_skipped += usize::from(verdict == Verdict::Skip);
            Ok(verdict)
        })?;
        Ok(Self { rows, format, texts, options, num_skipped, scored: scored == Some(true) })
    }

    /// Number of rows to train with.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// Number of rows skipped because they have too few negatives; see [`TooFewNegatives::Skip`].
    pub fn num_skipped(&self) -> usize {
        self.num_skipped
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
        let row = parse_kept(self.format, self.scored, options, &text).map_err(fault)?;
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

/// Parses a line that was kept when the file was opened.
fn parse_kept(
    format: RowFormat,
    scored: bool,
    options: &ExampleOptions,
    line: &str,
) -> Result<Row, RowFault> {
    let row = format.parse(line)?;
    check_scores(scored, &row)?;
    let strict = ExampleOptions { too_few_negatives: TooFewNegatives::Refuse, ..*options };
    check_negatives(&strict, &row)?;
    Ok(row)
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
