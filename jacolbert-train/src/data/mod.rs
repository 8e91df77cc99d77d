//! Training data: rows of a query and its passages, read from disk one by one.
//!
//! | file | lines |
//! |---|---|
//! | triples by id | `[qid, pid+, pid-, ...]`, or with a teacher's scores `[qid, [pid, score], ...]` |
//! | hard negatives by id | `{"query_id": 0, "positive_ids": [0], "negative_ids": [7, 9]}` |
//! | queries, collection | `id<TAB>text` |
//! | lists of texts | `["query", "positive", "negative", ...]`, or with scores as above |
//! | texts, tabbed | `query<TAB>positive<TAB>negative...` |
//! | hard negatives as texts | `{"query": "", "positives": [], "negatives": [], "bm25_negatives": []}` |
//!
//! Opening reads every file once and checks every line: 16 bytes of memory a row stay, and an id
//! for each text whose id is not the number of its line. An error names file and line.

mod batch_plan;
mod line_file;
mod loader;
mod options;
mod order;
mod row;
mod row_fault;
mod text_table;
mod texts;
mod training_batch;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub(crate) use batch_plan::BatchPlan;
pub(crate) use loader::load;
pub use options::{Choice, ExampleOptions, Order, TooFewNegatives};
pub(crate) use row::beginning;
pub use row_fault::RowFault;
pub(crate) use training_batch::{Spared, TrainingBatch};

use crate::Error;
use crate::random::Random;
use line_file::{LineFile, Verdict};
use row::{Row, RowFormat};
use text_table::TextTable;
use texts::{Tables, Texts};

/// How a file has its rows of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFormat {
    /// `[qid, pid+, pid-, ...]` or `[qid, [pid, score], ...]`, a JSON array a line.
    Triples,
    /// `{"query_id", "positive_ids", "negative_ids"}`, a JSON object a line.
    HardNegatives,
}

/// How a file has its rows of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// `["query", "positive", "negative", ...]` or `["query", ["passage", score], ...]`, a JSON
    /// array a line.
    Lists,
    /// `query<TAB>positive<TAB>negative...`
    Tabbed,
    /// `{"query", "positives", "negatives", "bm25_negatives"}`, a JSON object a line; the last key
    /// may be absent.
    HardNegatives,
}

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

/// One query with `n_way` passages.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Where it comes from.
    pub source: RowSource,
    /// The query's text.
    pub query: String,
    /// Texts of its passages, `[n_way]`, the positive first.
    pub passages: Vec<String>,
    /// Their ids, or their texts if rows have texts, `[n_way]`.
    pub names: Vec<String>,
    /// The same of all positives of the row.
    pub positives: Vec<String>,
    /// A teacher's scores of the passages, `[n_way]`, or empty if the file has none.
    pub teacher: Vec<f32>,
}

/// Where an example comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSource {
    /// The line in the file of rows, from 1.
    pub line: usize,
    /// The query's id, or its text if rows have texts.
    pub query: String,
}

/// What tells one set of rows from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataIdentity {
    num_rows: usize,
    checksum: u64,
    options: ExampleOptions,
}

impl Examples {
    /// Opens `rows`, whose ids are those of `queries` and `collection`, and checks every line of
    /// the three.
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
        let (queries, collection) = (TextTable::open(queries)?, TextTable::open(collection)?);
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
        let (mut scored, mut num_skipped) = (None, 0);
        let rows = LineFile::open(path, |line| {
            let row = format.parse(line)?;
            texts.check(&row)?;
            check_scores(*scored.get_or_insert(!row.scores.is_empty()), &row)?;
            let verdict = options.judge(&row)?;
            num_skipped += usize::from(verdict == Verdict::Skip);
            Ok(verdict)
        })?;
        Ok(Self { rows, format, texts, options, num_skipped, scored: scored == Some(true) })
    }

    /// Rows that are trained with.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// Rows that were left out for want of negatives, see [`TooFewNegatives::Skip`].
    pub fn num_skipped(&self) -> usize {
        self.num_skipped
    }

    /// Whether the rows have a teacher's scores.
    pub fn has_scores(&self) -> bool {
        self.scored
    }

    /// Which passages are taken, and in which order.
    pub fn options(&self) -> ExampleOptions {
        self.options
    }

    /// The example of row `row`, below [`num_rows`](Self::num_rows); where passages are chosen by
    /// chance, `seed` decides.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Row`] if a file is not as it was when it was opened.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn read(&mut self, row: usize, seed: u64) -> Result<Example, Error> {
        let line = self.rows.line(row);
        let text = self.rows.read(row)?;
        let Self { rows, texts, options, .. } = self;
        let fault = |fault| rows.fault(line, fault);
        let row = parsed(self.format, self.scored, options, &text).map_err(fault)?;
        let chosen = options.choose(&row, seed);
        let teacher = chosen.iter().filter_map(|&passage| row.scores.get(passage).copied());
        let all: Vec<&String> = row.passages().collect();
        let names: Vec<String> = chosen.iter().map(|&passage| all[passage].clone()).collect();
        let query = texts.query(&row.query, fault)?;
        let passages = names.iter().map(|name| texts.passage(name, fault));
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

    /// What tells these rows from others.
    pub(crate) fn identity(&self) -> DataIdentity {
        let checksum = self.rows.checksum() ^ self.texts.checksum().rotate_left(2);
        DataIdentity { num_rows: self.num_rows(), checksum, options: self.options }
    }
}

/// The row on a line that was kept when the file was opened.
fn parsed(
    format: RowFormat,
    scored: bool,
    options: &ExampleOptions,
    line: &str,
) -> Result<Row, RowFault> {
    let row = format.parse(line)?;
    check_scores(scored, &row)?;
    ExampleOptions { too_few_negatives: TooFewNegatives::Refuse, ..*options }.judge(&row)?;
    Ok(row)
}

/// The rule that either all rows have scores or none has.
fn check_scores(scored: bool, row: &Row) -> Result<(), RowFault> {
    match (scored, row.scores.is_empty()) {
        (true, true) => Err(RowFault::ScoresMissing),
        (false, false) => Err(RowFault::ScoresUnexpected),
        _ => Ok(()),
    }
}

impl ExampleOptions {
    fn judge(&self, row: &Row) -> Result<Verdict, RowFault> {
        let (found, needed) = (row.negatives.len(), self.n_way - 1);
        match self.too_few_negatives {
            _ if found >= needed => Ok(Verdict::Keep),
            TooFewNegatives::Skip => Ok(Verdict::Skip),
            TooFewNegatives::Refuse => Err(RowFault::TooFewNegatives { found, needed }),
        }
    }

    /// Which of the row's passages are taken, `[n_way]`, the positive first.
    fn choose(&self, row: &Row, seed: u64) -> Vec<usize> {
        let (n_positives, needed) = (row.positives.len(), self.n_way - 1);
        let mut negatives: Vec<usize> = (n_positives..n_positives + row.negatives.len()).collect();
        let mut positive = 0;
        if self.choice == Choice::Random {
            let mut random = Random::new(seed);
            positive = random.below(n_positives);
            for place in 0..needed {
                let other = place + random.below(negatives.len() - place);
                negatives.swap(place, other);
            }
        }
        std::iter::once(positive).chain(negatives.into_iter().take(needed)).collect()
    }
}
